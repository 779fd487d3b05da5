-- +goose Up
-- What was made since an instant is sent again, however much was made before.
CREATE INDEX webhook_delivery_made ON webhook_delivery (endpoint_id, made_us);
