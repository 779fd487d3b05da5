-- +goose Up
-- The sequence of the last transfer whose gift was counted.
CREATE TABLE support_place (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	CONSTRAINT support_has_one_place CHECK (id = 1 AND seq >= 0)
);
INSERT INTO support_place (id, seq) VALUES (1, 0);

-- What a fan gave on a board: a LIVE or a video by its id, a creator by theirs,
-- or a creator and the number of a week.
CREATE TABLE support_sum (
	board TEXT NOT NULL,
	fan_id TEXT NOT NULL,
	coins BIGINT NOT NULL,
	gifts BIGINT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us BIGINT NOT NULL,
	PRIMARY KEY (board, fan_id),
	CONSTRAINT support_is_made_of_gifts CHECK (coins > 0 AND gifts > 0 AND last_us >= first_us)
);
CREATE INDEX support_rank ON support_sum (board, coins DESC, last_us, fan_id);

-- When the leaderboard of a LIVE or a video was told of, and whether it has
-- changed since.
CREATE TABLE support_told (
	target TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	told_us BIGINT NOT NULL,
	pending BIGINT NOT NULL,
	CONSTRAINT support_is_told_or_pending CHECK (pending IN (0, 1))
);
CREATE INDEX support_untold ON support_told (told_us, target) WHERE pending = 1;
