// Pins what Pulumi's Node.js language host is built from; see ../../build.ts. No code of its own.
// The newest release of this module that still contains the language host as a package.
module kaleem.local/engine/language-host

go 1.25.11

require github.com/pulumi/pulumi/sdk/v3 v3.60.0
