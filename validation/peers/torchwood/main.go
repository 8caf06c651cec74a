// A peer for readers of a log: torchwood's client fetches a log's tiles from its address and authenticates every entry
// under the checkpoint that the log's own key signed.
//
//	torchwood URL VKEY   prints size and number of entries read
package main

import (
	"context"
	"fmt"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "torchwood:", err)
		os.Exit(1)
	}
	return v
}

func main() {
	ctx := context.Background()
	fetcher := must(torchwood.NewTileFetcher(os.Args[1], torchwood.WithUserAgent("assay-study")))
	verifier := must(note.NewVerifier(os.Args[2]))
	signed := must(fetcher.ReadEndpoint(ctx, "checkpoint"))
	head := must(torchwood.ParseCheckpoint(must(note.Open(signed, note.VerifierList(verifier))).Text))
	client := must(torchwood.NewClient(fetcher))
	entries := 0
	for i, entry := range client.Entries(ctx, head.Tree, 0) {
		if want := fmt.Sprintf("entry %d", i); string(entry) != want {
			must(0, fmt.Errorf("entry %d is %q", i, entry))
		}
		entries++
	}
	must(0, client.Err())
	for i := int64(0); i < head.N; i += head.N/20 + 1 {
		entry, proof, err := client.Entry(ctx, head.Tree, i)
		must(0, err)
		must(0, tlog.CheckRecord(proof, head.N, head.Hash, i, tlog.RecordHash(entry)))
	}
	fmt.Printf("{\"size\":%d,\"entries\":%d}\n", head.N, entries)
}
