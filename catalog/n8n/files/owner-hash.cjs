// Writes the bcrypt hash of the owner's password where n8n reads it. n8n brings the library along.
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { hashSync } = createRequire("/usr/local/lib/node_modules/n8n/package.json")("bcryptjs");

const password = readFileSync("/run/secrets/owner-password", "utf8");
writeFileSync("/dev/shm/owner-password-hash", hashSync(password, 10), { mode: 0o600 });
