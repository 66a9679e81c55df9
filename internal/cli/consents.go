package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"huisheng/models"
)

const consentsHelp = `consents response ID     what the person of one answer agreed to
consents invitation ID   the same for everything that one person's invitation led to

It prints JSON: for the first submission and each correction the notice and the separate consent with their words, their language, when they were agreed
to, and the hash that was kept with the answer. "proven" says that the words printed have that hash; the command ends with 1 when some do not.
It shows no answer and no name, and the audit log names whoever looked.
`

var errUnproven = errors.New("some of the words are not those whose hash was kept")

// consents prints the evidence of consents.
func consents(ctx context.Context, args []string, out, errOut io.Writer) error {
	var of models.ConsentQuery
	switch {
	case len(args) == 2 && args[0] == "response":
		of.Response = models.ResponseID(args[1])
	case len(args) == 2 && args[0] == "invitation":
		of.Invitation = models.InvitationID(args[1])
	default:
		_, _ = io.WriteString(errOut, consentsHelp)
		return errUsage
	}
	p, err := build(ctx, errOut, true)
	if err != nil {
		return err
	}
	defer p.close()
	list, err := p.app.Privacy.Consents(ctx, byHand(), of)
	if err != nil {
		return err
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(list); err != nil {
		return err
	}
	for _, x := range list {
		if !x.Proven() {
			return errUnproven
		}
	}
	return nil
}
