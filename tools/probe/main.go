// Command probe answers the few questions that scripts/services has and a shell cannot ask without a client of MongoDB or
// Redis at hand: does this server answer, start this replica set, name some free ports. It is a module of its own, so that
// the service scripts work while the product itself does not compile.
//
//	probe mongo URI        exit 0 when a primary answers a ping
//	probe redis URI        exit 0 when PING answers PONG
//	probe initiate URI     make the server at URI a replica set of one; harmless when it is one already
//	probe ports N          print N free TCP ports of the loopback interface, one a line
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

// patience bounds one question. The scripts ask again themselves while a server is starting.
const patience = 3 * time.Second

// alreadyInitialized is MongoDB's error code for a second replSetInitiate.
const alreadyInitialized = 23

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: probe mongo URI | redis URI | initiate URI | ports N")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	switch args[0] {
	case "mongo":
		return withMongo(args[1], func(c *mongo.Client) error { return c.Ping(ctx, readpref.Primary()) })
	case "initiate":
		return withMongo(args[1], func(c *mongo.Client) error { return initiate(ctx, c, args[1]) })
	case "redis":
		return pingRedis(ctx, args[1])
	case "ports":
		return printPorts(args[1])
	}
	return fmt.Errorf("unknown question %q", args[0])
}

// withMongo connects for one question and lets go again.
func withMongo(uri string, ask func(*mongo.Client) error) error {
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(patience))
	if err != nil {
		return fmt.Errorf("mongodb: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = client.Disconnect(ctx) // the process ends anyway
	}()
	if err := ask(client); err != nil {
		return fmt.Errorf("mongodb: %w", err)
	}
	return nil
}

// initiate makes the set "rs0" of one member, under the address in the URI: the server's own idea of its name may not
// resolve on a developer's machine.
func initiate(ctx context.Context, c *mongo.Client, uri string) error {
	hosts := options.Client().ApplyURI(uri).Hosts
	if len(hosts) != 1 {
		return fmt.Errorf("start the replica set: the address must name one host, not %d", len(hosts))
	}
	set := bson.D{{Key: "_id", Value: "rs0"}, {Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: hosts[0]}}}}}
	err := c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: set}}).Err()
	var command mongo.CommandError
	if errors.As(err, &command) && command.Code == alreadyInitialized {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start the replica set: %w", err)
	}
	return nil
}

func pingRedis(ctx context.Context, uri string) error {
	opts, err := redis.ParseURL(uri)
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	opts.MaxRetries, opts.DialerRetries = -1, 1 // the script asks again itself
	client := redis.NewClient(opts)
	defer func() { _ = client.Close() }() // the process ends anyway
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// printPorts tries random ports below the range that outgoing connections use, so that none is lost while its server is
// down, and holds them all until the last is found, so that none is named twice.
func printPorts(count string) error {
	const low, span, most = 20000, 12000, 100
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > most {
		return fmt.Errorf("ports: %q is not a number from 1 to %d", count, most)
	}
	for tries := 0; n > 0; tries++ {
		port := low + rand.IntN(span)
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil && tries < span {
			continue // taken: another one
		}
		if err != nil {
			return fmt.Errorf("ports: %w", err)
		}
		defer func() { _ = l.Close() }() // held until the end on purpose
		fmt.Println(port)
		n--
	}
	return nil
}
