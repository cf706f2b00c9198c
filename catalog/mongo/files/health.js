// Run by mongosh (see health.sh). The password is read here, so that it is never on a command line.
const password = require("fs")
  .readFileSync("/run/secrets/root-password", "utf8")
  .replace(/\r?\n$/, "");
const address = "127.0.0.1:27017/?authSource=admin&directConnection=true&serverSelectionTimeoutMS=3000";
const connection = new Mongo(`mongodb://root:${encodeURIComponent(password)}@${address}`);
// Needs a login, unlike ping.
const status = connection.getDB("admin").runCommand({ connectionStatus: 1 });
quit(status.ok === 1 && status.authInfo.authenticatedUsers.length === 1 ? 0 : 1);
