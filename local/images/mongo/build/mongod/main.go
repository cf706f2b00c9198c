// Command mongod starts FerretDB when called as the real mongod would be, so that one service definition serves both.
//
// Input: mongod's own arguments (those that the platform uses; any other is refused), and the first start's root
// password in the file that MONGO_INITDB_ROOT_PASSWORD_FILE names, as with the upstream image. The password goes on
// in the environment of the one process, never on a command line.
// Exit codes: 2 for arguments, 1 for a missing or unsafe file; else FerretDB's own, which takes this process's place.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

const server = "/usr/local/bin/ferretdb"

// options are the arguments of mongod that mean something here.
type options struct {
	replicaSet string
	keyFile    string
	bindAll    bool
	dataDir    string
	port       int
	// Taken, and without effect: FerretDB has no cache of its own.
	cacheGB float64
}

func main() {
	opts, err := parse(os.Args[1:])
	if err != nil {
		fail(2, err)
	}
	if err := checkKeyFile(opts.keyFile); err != nil {
		fail(1, err)
	}
	env, err := environment(opts)
	if err != nil {
		fail(1, err)
	}
	fail(1, syscall.Exec(server, []string{"ferretdb"}, env))
}

func fail(code int, err error) {
	fmt.Fprintf(os.Stderr, "mongod (FerretDB stand-in): %v\n", err)
	os.Exit(code)
}

func parse(args []string) (options, error) {
	var opts options
	flags := flag.NewFlagSet("mongod", flag.ContinueOnError)
	flags.SetOutput(new(bytes.Buffer))
	flags.StringVar(&opts.replicaSet, "replSet", "", "")
	flags.StringVar(&opts.keyFile, "keyFile", "", "")
	flags.BoolVar(&opts.bindAll, "bind_ip_all", false, "")
	flags.StringVar(&opts.dataDir, "dbpath", "/data/db", "")
	flags.IntVar(&opts.port, "port", 27017, "")
	flags.Float64Var(&opts.cacheGB, "wiredTigerCacheSizeGB", 0, "")
	if err := flags.Parse(args); err != nil {
		return opts, fmt.Errorf("%w; known here: --replSet --keyFile --bind_ip_all --dbpath --port --wiredTigerCacheSizeGB", err)
	}
	if flags.NArg() > 0 {
		return opts, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return opts, nil
}

// checkKeyFile refuses what the real mongod refuses; FerretDB itself has no use for the file.
func checkKeyFile(file string) error {
	if file == "" {
		return nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("--keyFile: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("--keyFile: permissions on %s are too open: %04o, want 0400", file, info.Mode().Perm())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--keyFile: %w", err)
	}
	if size := len(strings.Join(strings.Fields(string(content)), "")); size < 6 || size > 1024 {
		return fmt.Errorf("--keyFile: the key in %s has %d characters, want 6 to 1024", file, size)
	}
	return nil
}

// environment is FerretDB's configuration. It makes the first user only while the data directory has no users yet. Without
// a key file, a root user's name and nothing but files that are there, it asks nobody for a password, as mongod would.
func environment(opts options) ([]string, error) {
	if opts.keyFile == "" && os.Getenv("MONGO_INITDB_ROOT_USERNAME") == "" && hasData(opts.dataDir) {
		return append(base(opts), "NO_ACCESS_CONTROL=true"), nil
	}
	password, err := rootPassword()
	if err != nil {
		return nil, err
	}
	return append(base(opts),
		"FERRETDB_SETUP_DATABASE=admin",
		"FERRETDB_SETUP_USERNAME="+rootUser(),
		"FERRETDB_SETUP_PASSWORD="+password,
	), nil
}

// hasData tells a maintenance start, on files that are there, from a first start that forgot its password.
func hasData(dataDir string) bool {
	entries, err := os.ReadDir(dataDir)
	return err == nil && len(entries) > 0
}

func base(opts options) []string {
	address := "127.0.0.1"
	if opts.bindAll {
		address = ""
	}
	return []string{
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"FERRETDB_HANDLER=sqlite",
		"FERRETDB_SQLITE_URL=file:" + strings.TrimSuffix(opts.dataDir, "/") + "/",
		fmt.Sprintf("FERRETDB_LISTEN_ADDR=%s:%d", address, opts.port),
		"FERRETDB_REPL_SET_NAME=" + opts.replicaSet,
		"FERRETDB_STATE_DIR=-",
		"FERRETDB_DEBUG_ADDR=-",
		"FERRETDB_TELEMETRY=disable",
		"FERRETDB_LOG_LEVEL=warn",
		"FERRETDB_TEST_ENABLE_NEW_AUTH=true",
	}
}

func rootUser() string {
	if user := os.Getenv("MONGO_INITDB_ROOT_USERNAME"); user != "" {
		return user
	}
	return "root"
}

func rootPassword() (string, error) {
	file := os.Getenv("MONGO_INITDB_ROOT_PASSWORD_FILE")
	if file == "" {
		file = "/run/secrets/root-password"
	}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: not there; without it anybody could log in", file)
	}
	if err != nil {
		return "", err
	}
	password := strings.TrimRight(string(content), "\r\n")
	if password == "" {
		return "", fmt.Errorf("%s: empty; without a password anybody could log in", file)
	}
	return password, nil
}
