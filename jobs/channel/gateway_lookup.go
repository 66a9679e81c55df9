package channel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"huisheng/models"
)

// Lookup asks the gateway for the state of a message. A bare 404, such as from a wrong path or a proxy, is no answer: only the
// protocol's own not_found means that the gateway has no such message.
func (g *gateway) Lookup(ctx context.Context, m models.Message, _ time.Time) models.Receipt {
	r := models.Receipt{State: models.ReceiptUnavailable, DeliveryID: m.ID}
	var try attempt
	got, err := g.call(ctx, &try, http.MethodGet, "/messages/"+url.PathEscape(string(m.ID)), m.ID, nil)
	if err != nil {
		return r
	}
	if got.status == http.StatusNotImplemented {
		r.State = models.ReceiptUnsupported
		return r
	}
	var a gatewayAnswer
	if err := json.Unmarshal(got.body, &a); err != nil {
		return r
	}
	if a.Status == "not_found" && got.status == http.StatusNotFound {
		r.State = models.ReceiptNotFound
		return r
	}
	if got.status != http.StatusOK {
		return r
	}
	r.ProviderID = clean(m, models.Result{ProviderID: safeID(a.ID)}).ProviderID
	r.At = a.At
	return gatewayFate(r, a.Status, a.Code)
}

// gatewayFate reads the states of the protocol; one that it does not know says nothing.
func gatewayFate(r models.Receipt, status, code string) models.Receipt {
	switch status {
	case "delivered":
		r.State, r.Code = models.ReceiptDelivered, safeCode(code)
	case "failed", "rejected":
		r = failed(r, code, gatewayFates)
	case "accepted", "pending":
		r.State = models.ReceiptPending
	default:
		r.State = models.ReceiptUnavailable
	}
	return r
}

// ReadReceipts reads and verifies a push of receipts.
func (g *gateway) ReadReceipts(header map[string][]string, body []byte) ([]models.Receipt, error) {
	return ParseGatewayReports(header, body, g.secret, g.now())
}

// Acknowledgement is what the protocol answers to a push.
func (g *gateway) Acknowledgement() string { return `{"status":"ok"}` }

// ParseGatewayReports verifies the signature of a push and reads it. A wrong signature and a clock more than five minutes away are
// errors. Reports without any id or with a state that the protocol does not know are left out. The error never quotes the body.
func ParseGatewayReports(header http.Header, body []byte, secret string, now time.Time) ([]models.Receipt, error) {
	if err := verifyGateway(header, body, secret, now); err != nil {
		return nil, err
	}
	var push struct {
		Reports []struct {
			ID         string    `json:"id"`
			ProviderID string    `json:"provider_id"`
			Status     string    `json:"status"`
			Code       string    `json:"code"`
			At         time.Time `json:"at"`
		} `json:"reports"`
	}
	if err := json.Unmarshal(body, &push); err != nil {
		return nil, errors.New("gateway push: not a JSON object with reports")
	}
	var out []models.Receipt
	for _, p := range push.Reports {
		r := models.Receipt{DeliveryID: models.DeliveryID(safeID(p.ID)), ProviderID: safeID(p.ProviderID), At: p.At}
		r = gatewayFate(r, p.Status, p.Code)
		if r.DeliveryID == "" && r.ProviderID == "" || r.State == models.ReceiptUnavailable {
			continue
		}
		out = append(out, r)
	}
	return out, nil
}
