// Pins what the Pulumi CLI is built from; see ../../build.ts. No code of its own.
module kaleem.local/engine/cli

go 1.25.11

require github.com/pulumi/pulumi/pkg/v3 v3.259.0

// As the CLI's own go.mod has it; a replace counts only in the main module, so it is repeated here.
replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
