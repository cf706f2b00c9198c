// Health of n8n, run inside its container by Docker: exit 0 when its database is connected and migrated. It does not log in: n8n
// takes five logins a minute, which the agent needs.
fetch("http://127.0.0.1:5678/healthz/readiness", { signal: AbortSignal.timeout(5000) }).then(
  ({ status }) => process.exit(status === 200 ? 0 : 1),
  () => process.exit(1),
);
