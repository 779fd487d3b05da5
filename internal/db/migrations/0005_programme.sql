-- +goose Up
-- What a programme asks for, by version, region ('*' is everywhere) and from
-- an instant on. Rows are added, never changed.
CREATE TABLE programme_policy (
	programme TEXT NOT NULL,
	version TEXT NOT NULL,
	region TEXT NOT NULL,
	preset TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	grace_days BIGINT NOT NULL,
	reapply_days BIGINT NOT NULL,
	PRIMARY KEY (programme, version, region),
	CONSTRAINT one_policy_starts_at_an_instant UNIQUE (programme, region, from_us),
	CONSTRAINT policy_gives_a_grace_period CHECK (grace_days > 0),
	CONSTRAINT refusal_ends_some_day CHECK (reapply_days >= 0)
);

-- The lines of a policy, in the order in which they are shown. threshold
-- belongs to the operators of numbers, words to those of words.
CREATE TABLE programme_criterion (
	programme TEXT NOT NULL,
	version TEXT NOT NULL,
	region TEXT NOT NULL,
	n BIGINT NOT NULL,
	metric TEXT NOT NULL,
	op TEXT NOT NULL,
	threshold BIGINT NOT NULL,
	words TEXT NOT NULL,
	route TEXT NOT NULL,
	label TEXT NOT NULL,
	PRIMARY KEY (programme, version, region, n),
	CONSTRAINT criterion_compares_numbers_or_words CHECK (
		(op IN ('at_least', 'above') AND threshold >= 0 AND words = '') OR
		(op IN ('one_of', 'none_of') AND threshold = 0 AND words <> ''))
);

-- What the host measured of a person, one row a measurement. The newest row
-- is the audience; an older one gives the pace.
CREATE TABLE programme_audience (
	person_id TEXT NOT NULL,
	measured_us BIGINT NOT NULL,
	followers BIGINT NOT NULL,
	views_30d BIGINT NOT NULL,
	public_posts_30d BIGINT NOT NULL,
	live_minutes BIGINT NOT NULL,
	PRIMARY KEY (person_id, measured_us),
	CONSTRAINT audience_is_not_negative CHECK (followers >= 0 AND views_30d >= 0 AND public_posts_30d >= 0 AND live_minutes >= 0)
);

-- A person in a programme. No row means that the person never joined.
-- version and region name the policy that judged last.
CREATE TABLE programme_enrolment (
	person_id TEXT NOT NULL,
	programme TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	version TEXT NOT NULL,
	region TEXT NOT NULL,
	joined_us BIGINT NOT NULL,
	changed_us BIGINT NOT NULL,
	grace_until_us BIGINT NOT NULL,
	reapply_us BIGINT NOT NULL,
	PRIMARY KEY (person_id, programme),
	CONSTRAINT enrolment_state_is_known CHECK (state IN ('active', 'grace', 'left', 'refused')),
	CONSTRAINT grace_and_only_grace_has_an_end CHECK ((state = 'grace' AND grace_until_us > 0) OR (state <> 'grace' AND grace_until_us = 0)),
	CONSTRAINT refused_and_only_refused_waits CHECK ((state = 'refused' AND reapply_us > 0) OR (state <> 'refused' AND reapply_us = 0)),
	CONSTRAINT refusal_states_its_reason CHECK (state <> 'refused' OR note <> '')
);
CREATE INDEX programme_enrolment_grace ON programme_enrolment (programme, grace_until_us) WHERE state = 'grace';
CREATE INDEX programme_enrolment_judged ON programme_enrolment (programme, version, person_id) WHERE state IN ('active', 'grace');
