package outreach

import (
	"context"

	"huisheng/models"
	"huisheng/models/store"
)

// outboxPage is how many messages the developer's page shows.
const outboxPage = 200

// Outbox gives the newest messages that the console channel "sent". Development only: they hold codes.
func (s *Service) Outbox(ctx context.Context, f store.OutboxFilter) ([]models.OutboxMessage, error) {
	return s.store.Outbox().List(ctx, f, outboxPage)
}
