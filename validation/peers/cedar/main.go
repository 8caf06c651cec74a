// Decisions of Cedar's implementation in Go on the requests that validation/gate-cedar.study.ts writes: reads one JSON
// object a line {"policies": text, "request": …}, prints one line each: the decision, then the number of errors.
//   go run . < requests.jsonl > decisions.txt   (github.com/cedar-policy/cedar-go; development only)
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	sets := map[string]*cedar.PolicySet{}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var asked struct {
			Policies string        `json:"policies"`
			Request  types.Request `json:"request"`
		}
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		set, known := sets[asked.Policies]
		if !known {
			var err error
			if set, err = cedar.NewPolicySetFromBytes("rules.cedar", []byte(asked.Policies)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			sets[asked.Policies] = set
		}
		decision, diagnostic := cedar.Authorize(set, types.EntityMap{}, asked.Request)
		fmt.Fprintln(out, decision.String(), len(diagnostic.Errors))
	}
}
