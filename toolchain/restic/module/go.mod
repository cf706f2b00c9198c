// Pins what restic is built from; see ../bring-restic.ts. No code of its own.
module kaleem.local/restic

go 1.25.0

require github.com/restic/restic v0.18.1
