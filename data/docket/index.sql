-- The index across cases: one text for SQLite and PostgreSQL. It holds no truth: cases and their logs do, and
-- `assay case index DIR --rebuild` makes it again from them. Whoever changes a table changes its version in
-- src/app/docket/index/case-index.ts; an index of another version is made anew.
-- Text is compared for equality alone, as collations differ from engine to engine; order is by numbers and by keys in
-- hexadecimal. Times are Unix seconds. Nothing is stored in a type for JSON, in which both engines write otherwise than was
-- given; what a list prints of a case is kept as the text it was.

-- Version, folder, and a number that every change of a table raises.
CREATE TABLE IF NOT EXISTS docket_about (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- One row a case, as it stands in its present span of time.
CREATE TABLE IF NOT EXISTS docket_cases (
  case_key TEXT PRIMARY KEY, -- 32 hexadecimal digits of the folder's name
  folder TEXT NOT NULL,
  head TEXT NOT NULL, -- SHA-256 of the checkpoint that was read: another one, and the case is read again
  id TEXT NOT NULL,
  origin TEXT NOT NULL,
  pack TEXT NOT NULL,
  rehearsal BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  last_entry BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  complainant TEXT NOT NULL,
  respondent TEXT NOT NULL,
  title TEXT NOT NULL, -- as the public view has it
  outcome TEXT NOT NULL, -- of the decision; empty where there is none
  span BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  state TEXT NOT NULL,
  next_timer TEXT NOT NULL, -- empty where no time runs
  next_due BIGINT NOT NULL,
  listing TEXT NOT NULL -- what a list prints of it and no time changes, so that a page reads one value in place of ten
);
CREATE INDEX IF NOT EXISTS docket_cases_opened ON docket_cases (opened, case_key);
CREATE INDEX IF NOT EXISTS docket_cases_state ON docket_cases (state, opened, case_key);
CREATE INDEX IF NOT EXISTS docket_cases_due ON docket_cases (next_due, case_key);
CREATE INDEX IF NOT EXISTS docket_cases_state_due ON docket_cases (state, next_due, case_key);
CREATE INDEX IF NOT EXISTS docket_cases_until ON docket_cases (until);
CREATE INDEX IF NOT EXISTS docket_cases_since ON docket_cases (since);
CREATE INDEX IF NOT EXISTS docket_cases_last ON docket_cases (last_entry, case_key);
CREATE INDEX IF NOT EXISTS docket_cases_id ON docket_cases (id);

-- What comes of the case if nothing more is entered: its times run out one after the other.
CREATE TABLE IF NOT EXISTS docket_spans (
  case_key TEXT NOT NULL,
  span BIGINT NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  state TEXT NOT NULL,
  next_timer TEXT NOT NULL,
  next_due BIGINT NOT NULL,
  PRIMARY KEY (case_key, span)
);

-- Times that run in each span.
CREATE TABLE IF NOT EXISTS docket_clocks (
  case_key TEXT NOT NULL,
  span BIGINT NOT NULL,
  timer TEXT NOT NULL,
  due BIGINT NOT NULL,
  PRIMARY KEY (case_key, span, timer)
);
CREATE INDEX IF NOT EXISTS docket_clocks_due ON docket_clocks (timer, due, case_key);

-- A party under each of its roles, and once more under an empty role: whatever it is in the case. How the case stands is
-- written here too, so that a party of many cases finds the few that stand so.
CREATE TABLE IF NOT EXISTS docket_parties (
  case_key TEXT NOT NULL,
  party TEXT NOT NULL, -- in small letters
  role TEXT NOT NULL,
  opened BIGINT NOT NULL,
  state TEXT NOT NULL,
  next_due BIGINT NOT NULL,
  PRIMARY KEY (case_key, party, role)
);
CREATE INDEX IF NOT EXISTS docket_parties_state ON docket_parties (party, role, state, opened, case_key);
CREATE INDEX IF NOT EXISTS docket_parties_due ON docket_parties (party, role, next_due, case_key);
CREATE INDEX IF NOT EXISTS docket_parties_party ON docket_parties (party, role, opened, case_key);

-- Models a case speaks of: as reference, as suspect, or in an order.
CREATE TABLE IF NOT EXISTS docket_models (
  case_key TEXT NOT NULL,
  model TEXT NOT NULL,
  part TEXT NOT NULL,
  opened BIGINT NOT NULL,
  PRIMARY KEY (case_key, model, part)
);
CREATE INDEX IF NOT EXISTS docket_models_model ON docket_models (model, opened, case_key);

-- Words of a case's public view, in hexadecimal, for search.
CREATE TABLE IF NOT EXISTS docket_words (
  word TEXT NOT NULL,
  case_key TEXT NOT NULL,
  PRIMARY KEY (word, case_key)
);
CREATE INDEX IF NOT EXISTS docket_words_case ON docket_words (case_key);

-- Entries across cases, newest first: their kind, role and time alone.
CREATE TABLE IF NOT EXISTS docket_entries (
  case_key TEXT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  role TEXT NOT NULL,
  received BIGINT NOT NULL,
  PRIMARY KEY (case_key, seq)
);
CREATE INDEX IF NOT EXISTS docket_entries_received ON docket_entries (received, case_key, seq);
CREATE INDEX IF NOT EXISTS docket_entries_kind ON docket_entries (kind, received, case_key, seq);

-- Folders that are said to hold a case and do not hold together.
CREATE TABLE IF NOT EXISTS docket_faults (
  case_key TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  head TEXT NOT NULL,
  says TEXT NOT NULL
);
