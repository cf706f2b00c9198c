// Where Pulumi enters the pack: it knows `require` only, and the pack is made of modules.
import("./pack.ts").catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
