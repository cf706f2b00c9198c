// Command s3-provision prepares the S3 server in whose container it runs: a bucket, and a user who may use that one only.
//
// Input: {"bucket", "accessKeyId", "secretAccessKey"} as JSON on standard input; the server's root keys from the files
// that MINIO_ROOT_USER_FILE and MINIO_ROOT_PASSWORD_FILE name. Idempotent: an existing user gets the given secret.
// Exit codes: 0 done, 1 failed (the reason on standard error, never a secret), 3 the server does not answer yet.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const server = "127.0.0.1:9000"

type request struct {
	Bucket          string `json:"bucket"`
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
}

func main() {
	if err := provision(); err != nil {
		fmt.Fprintf(os.Stderr, "s3-provision: %v\n", err)
		var network net.Error
		if errors.As(err, &network) || minio.ToErrorResponse(err).Code == "XMinioServerNotInitialized" {
			os.Exit(3)
		}
		os.Exit(1)
	}
}

func provision() error {
	var wanted request
	if err := json.NewDecoder(os.Stdin).Decode(&wanted); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	root, err := rootKeys()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := ensureBucket(ctx, root, wanted.Bucket); err != nil {
		return fmt.Errorf("bucket %s: %w", wanted.Bucket, err)
	}
	if err := ensureUser(ctx, root, wanted); err != nil {
		return fmt.Errorf("user of bucket %s: %w", wanted.Bucket, err)
	}
	return nil
}

func rootKeys() (*credentials.Credentials, error) {
	user, err := os.ReadFile(os.Getenv("MINIO_ROOT_USER_FILE"))
	if err != nil {
		return nil, err
	}
	password, err := os.ReadFile(os.Getenv("MINIO_ROOT_PASSWORD_FILE"))
	if err != nil {
		return nil, err
	}
	return credentials.NewStaticV4(strings.TrimSpace(string(user)), strings.TrimSpace(string(password)), ""), nil
}

func ensureBucket(ctx context.Context, root *credentials.Credentials, bucket string) error {
	client, err := minio.New(server, &minio.Options{Creds: root, MaxRetries: 1})
	if err != nil {
		return err
	}
	exists, err := client.BucketExists(ctx, bucket)
	if err != nil || exists {
		return err
	}
	return client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{})
}

// ensureUser gives the user what backups need in the bucket, and nothing beside it.
func ensureUser(ctx context.Context, root *credentials.Credentials, wanted request) error {
	admin, err := madmin.NewWithOptions(server, &madmin.Options{Creds: root})
	if err != nil {
		return err
	}
	policy, err := json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []map[string]any{
			{
				"Effect":   "Allow",
				"Action":   []string{"s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"},
				"Resource": []string{"arn:aws:s3:::" + wanted.Bucket},
			},
			{
				"Effect": "Allow",
				"Action": []string{
					"s3:GetObject", "s3:PutObject", "s3:DeleteObject",
					"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
				},
				"Resource": []string{"arn:aws:s3:::" + wanted.Bucket + "/*"},
			},
		},
	})
	if err != nil {
		return err
	}
	name := "use-" + wanted.Bucket
	if err := admin.AddCannedPolicy(ctx, name, policy); err != nil {
		return err
	}
	if err := admin.AddUser(ctx, wanted.AccessKeyID, wanted.SecretAccessKey); err != nil {
		return err
	}
	_, err = admin.AttachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{name}, User: wanted.AccessKeyID})
	if err != nil && madmin.ToErrorResponse(err).Code != "XMinioAdminPolicyChangeAlreadyApplied" {
		return err
	}
	return nil
}
