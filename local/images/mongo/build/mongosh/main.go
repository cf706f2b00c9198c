// Command mongosh answers the one call that the platform's health check makes of the real mongosh:
//
//	mongosh --nodb --quiet --norc /etc/kaleem/health.js
//
// It does what that script does: logs in as root on 127.0.0.1 with the password in /run/secrets/root-password.
// Exit codes: 0 logged in, 1 refused or no answer, 2 called with anything else.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

var known = []string{"--nodb", "--quiet", "--norc", "/etc/kaleem/health.js"}

func main() {
	if !slices.Equal(os.Args[1:], known) {
		fmt.Fprintf(os.Stderr, "mongosh (stand-in): only known call: mongosh %s\n", strings.Join(known, " "))
		os.Exit(2)
	}
	if err := login(); err != nil {
		fmt.Fprintf(os.Stderr, "mongosh (stand-in): %v\n", err)
		os.Exit(1)
	}
}

func login() error {
	password, err := os.ReadFile("/run/secrets/root-password")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	client, err := mongo.Connect(ctx, options.Client().
		SetHosts([]string{"127.0.0.1:27017"}).
		SetDirect(true).
		SetServerSelectionTimeout(3*time.Second).
		SetAuth(options.Credential{
			AuthSource: "admin",
			Username:   "root",
			Password:   strings.TrimRight(string(password), "\r\n"),
		}))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	var status struct {
		AuthInfo struct {
			AuthenticatedUsers []bson.M `bson:"authenticatedUsers"`
		} `bson:"authInfo"`
	}
	command := bson.D{{Key: "connectionStatus", Value: 1}}
	if err := client.Database("admin").RunCommand(ctx, command).Decode(&status); err != nil {
		return err
	}
	if len(status.AuthInfo.AuthenticatedUsers) != 1 {
		return fmt.Errorf("not logged in")
	}
	return nil
}
