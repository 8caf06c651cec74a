// A peer for the log: Tessera's POSIX driver writes and continues logs; golang.org/x/mod and Tessera's fsck check them.
//
//	peer append DIR KEYFILE FROM COUNT   append "peer FROM", …
//	peer bench  DIR KEYFILE COUNT WORKERS
//	peer check  DIR VKEY                 checkpoint, root, proofs of up to 200 entries, every stored byte
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
	return v
}

func check(err error) { must(0, err) }

func signer(file string) note.Signer {
	text := string(must(os.ReadFile(file)))
	return must(note.NewSigner(strings.TrimSpace(strings.SplitN(text, "\n", 2)[0])))
}

func appendEntries(dir, key string, from, count, workers int) {
	ctx := context.Background()
	driver := must(posix.New(ctx, posix.Config{Path: dir}))
	batch := uint(256)
	if count < 256 {
		batch = uint(count)
	}
	opts := tessera.NewAppendOptions().WithCheckpointSigner(signer(key)).
		WithBatching(batch, 50*time.Millisecond).WithCheckpointInterval(100 * time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, opts)
	check(err)
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 10*time.Millisecond)
	start := time.Now()
	var wg sync.WaitGroup
	next := make(chan int)
	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				f := appender.Add(ctx, tessera.NewEntry([]byte(fmt.Sprintf("peer %d", i))))
				_, _, err := await.Await(ctx, f)
				check(err)
			}
		}()
	}
	for i := from; i < from+count; i++ {
		next <- i
	}
	close(next)
	wg.Wait()
	fmt.Printf("{\"entries\":%d,\"seconds\":%.3f}\n", count, time.Since(start).Seconds())
	check(shutdown(ctx))
}

type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range list {
		// x/mod writes tile/8/L/N; C2SP leaves the height out.
		path := filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		data, err := os.ReadFile(path)
		if err != nil {
			full := tile
			full.W = 256
			path = filepath.Join(t.dir, strings.Replace(full.Path(), "tile/8/", "tile/", 1))
			if data, err = os.ReadFile(path); err != nil {
				return nil, err
			}
			data = data[:tile.W*32]
		}
		out = append(out, data)
	}
	return out, nil
}

func checkLog(dir, vkey string) {
	v := must(note.NewVerifier(vkey))
	n := must(note.Open(must(os.ReadFile(filepath.Join(dir, "checkpoint"))), note.VerifierList(v)))
	lines := strings.Split(n.Text, "\n")
	size := int64(must(strconv.Atoi(lines[1])))
	tree := tlog.Tree{N: size}
	root := must(tlog.ParseHash(lines[2]))
	tree.Hash = root
	reader := tlog.TileHashReader(tree, tiles{dir})
	if got := must(tlog.TreeHash(size, reader)); got != root {
		check(fmt.Errorf("root differs"))
	}
	proofs := 0
	for i := int64(0); i < size; i += size/200 + 1 {
		proof := must(tlog.ProveRecord(size, i, reader))
		bundle := must(os.ReadFile(bundlePath(dir, i/256, size)))
		var entries api.EntryBundle
		check(entries.UnmarshalText(bundle))
		check(tlog.CheckRecord(proof, size, root, i, tlog.RecordHash(entries.Entries[i%256])))
		proofs++
	}
	for old := int64(1); old < size; old += size/50 + 1 {
		proof := must(tlog.ProveTree(size, old, reader))
		check(tlog.CheckTree(proof, size, root, old, must(tlog.TreeHash(old, reader))))
	}
	hasher := func(b []byte) ([][]byte, error) {
		var bundle api.EntryBundle
		if err := bundle.UnmarshalText(b); err != nil {
			return nil, err
		}
		var hs [][]byte
		for _, e := range bundle.Entries {
			h := rfc6962.DefaultHasher.HashLeaf(e)
			hs = append(hs, h[:])
		}
		return hs, nil
	}
	f := fsck.New(v.Name(), v, client.FileFetcher{Root: dir}, hasher, fsck.Opts{N: 2})
	check(f.Check(context.Background()))
	fmt.Printf("{\"size\":%d,\"proofs\":%d,\"fsck\":true,\"rootPrefix\":\"%x\"}\n", size, proofs, bytes.TrimSpace(root[:4]))
}

func bundlePath(dir string, bundle, size int64) string {
	t := tlog.Tile{H: 8, L: -1, N: bundle, W: 256}
	if left := size - bundle*256; left < 256 {
		t.W = int(left)
	}
	path := filepath.Join(dir, strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1))
	if _, err := os.Stat(path); err != nil {
		t.W = 256
		path = filepath.Join(dir, strings.Replace(t.Path(), "tile/8/data/", "tile/entries/", 1))
	}
	return path
}

func main() {
	a := os.Args
	switch {
	case len(a) == 6 && a[1] == "append":
		appendEntries(a[2], a[3], must(strconv.Atoi(a[4])), must(strconv.Atoi(a[5])), 256)
	case len(a) == 6 && a[1] == "bench":
		appendEntries(a[2], a[3], 0, must(strconv.Atoi(a[4])), must(strconv.Atoi(a[5])))
	case len(a) == 4 && a[1] == "check":
		checkLog(a[2], a[3])
	default:
		fmt.Fprintln(os.Stderr, "usage: peer append|bench|check …")
		os.Exit(2)
	}
}
