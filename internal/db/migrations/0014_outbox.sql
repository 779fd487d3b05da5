-- +goose Up
-- Dead work is counted for whoever watches, however much else is planned.
CREATE INDEX due_work_dead ON due_work (kind) WHERE dead = 1;
