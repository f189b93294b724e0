CREATE TABLE petitions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  -- The practice the person has moved to, whose consent is waited for.
  new_practice_id BIGINT REFERENCES organisations (id),
  from_group TEXT,
  to_group TEXT,
  category TEXT CHECK (category IN ('clinical_judgement', 'record_wrong', 'circumstances_changed', 'other')),
  -- What of the record is wrong or missing, what the register said, and what it should be.
  fact TEXT,
  register_value TEXT,
  fact_value TEXT,
  case_text TEXT NOT NULL,
  discussed BOOLEAN,
  not_discussed_why TEXT NOT NULL,
  effective_on DATE,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'with_provider', 'under_review', 'info_requested', 'approved', 'rejected', 'withdrawn', 'appealed', 'rejection_confirmed', 'overturned')),
  version BIGINT NOT NULL DEFAULT 1,
  drafted_by BIGINT REFERENCES users (id),
  drafted_on DATE NOT NULL,
  -- Practice staff have it ready for a GP to submit.
  ready BOOLEAN NOT NULL,
  submitted_by BIGINT REFERENCES users (id),
  submitted_on DATE,
  -- The stage that runs: its first day, the working days it may take, and the day on which the last is used; none while it stands still.
  stage_from DATE,
  stage_days BIGINT,
  due_on DATE,
  assigned_to BIGINT REFERENCES users (id),
  withdrawal TEXT CHECK (withdrawal IN ('by_owner', 'died', 'left', 'settled', 'practice_declined')),
  -- Decided, or withdrawn.
  closed_on DATE,
  review_on DATE,
  applied_on DATE,
  -- An approval that came too late for the person, who had died or left.
  lapsed_on DATE
);
CREATE UNIQUE INDEX petitions_one_open ON petitions (person_id) WHERE state IN ('draft', 'submitted', 'with_provider', 'under_review', 'info_requested', 'appealed');
CREATE INDEX petitions_by_person ON petitions (person_id, id);
CREATE INDEX petitions_by_locality ON petitions (locality_id, state, due_on, id);
CREATE INDEX petitions_by_practice ON petitions (practice_id, state, due_on, id);
CREATE INDEX petitions_by_new_practice ON petitions (new_practice_id) WHERE new_practice_id IS NOT NULL;
CREATE INDEX petitions_to_apply ON petitions (effective_on) WHERE state IN ('approved', 'overturned') AND applied_on IS NULL AND lapsed_on IS NULL;
CREATE INDEX petitions_by_assigned ON petitions (assigned_to) WHERE assigned_to IS NOT NULL;

CREATE TABLE petition_decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  on_appeal BOOLEAN NOT NULL,
  granted BOOLEAN NOT NULL,
  reason_code TEXT NOT NULL,
  words TEXT NOT NULL,
  decided_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  decided_on DATE NOT NULL,
  batch TEXT,
  UNIQUE (petition_id, on_appeal)
);
CREATE INDEX petition_decisions_by_batch ON petition_decisions (batch) WHERE batch IS NOT NULL;

CREATE TABLE petition_batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  left_out TEXT NOT NULL,
  who TEXT NOT NULL,
  decided_on DATE NOT NULL
);

CREATE TABLE petition_appeals (
  petition_id BIGINT NOT NULL PRIMARY KEY REFERENCES petitions (id),
  ground TEXT NOT NULL,
  appealed_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  appealed_on DATE NOT NULL
);

-- At the review date the practice keeps the hold, or ends it.
CREATE TABLE petition_reviews (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  kept BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  reviewed_on DATE NOT NULL,
  review_on DATE
);
CREATE INDEX petition_reviews_by_petition ON petition_reviews (petition_id);

CREATE TABLE petition_drafters (
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  user_id BIGINT NOT NULL REFERENCES users (id),
  PRIMARY KEY (petition_id, user_id)
);

CREATE TABLE petition_opinions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  cares TEXT NOT NULL CHECK (cares IN ('now', 'would', 'both')),
  asked_on DATE NOT NULL,
  opinion TEXT CHECK (opinion IN ('support', 'oppose', 'no_view')),
  reason TEXT,
  given_by BIGINT REFERENCES users (id),
  given_who TEXT,
  given_on DATE,
  -- The date was out and nothing had been said.
  silent_on DATE,
  UNIQUE (petition_id, network_id)
);
CREATE INDEX petition_opinions_by_network ON petition_opinions (network_id, opinion);

CREATE TABLE petition_questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  asked_in TEXT NOT NULL CHECK (asked_in IN ('with_provider', 'under_review')),
  question TEXT NOT NULL,
  asked_by BIGINT REFERENCES users (id),
  asked_who TEXT NOT NULL,
  asked_on DATE NOT NULL,
  answer TEXT,
  answered_by BIGINT REFERENCES users (id),
  answered_who TEXT,
  answered_on DATE
);
CREATE UNIQUE INDEX petition_questions_one_open ON petition_questions (petition_id) WHERE answered_on IS NULL;
CREATE INDEX petition_questions_by_petition ON petition_questions (petition_id, id);

-- What happened to a petition, in its order.
CREATE TABLE petition_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  what TEXT NOT NULL,
  state TEXT NOT NULL,
  -- Words that every party may read.
  words TEXT NOT NULL,
  who TEXT NOT NULL,
  role TEXT NOT NULL,
  organisation TEXT NOT NULL,
  on_day DATE NOT NULL,
  at TIMESTAMP NOT NULL
);
CREATE INDEX petition_events_by_petition ON petition_events (petition_id, id);

-- Letters that the calendar sent: of a network that has not said what it thinks, or of whoever decides.
CREATE TABLE petition_reminders (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  network_id BIGINT REFERENCES organisations (id),
  due_on DATE NOT NULL,
  on_day DATE NOT NULL
);
CREATE INDEX petition_reminders_by_petition ON petition_reminders (petition_id, due_on);

-- What stood in the way when a petition was submitted: conditions of the group asked for that were not met or not known, or the
-- fact that is wrong in the record.
CREATE TABLE petition_conditions (
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  position BIGINT NOT NULL,
  condition TEXT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('not_met', 'not_known', 'record_wrong')),
  PRIMARY KEY (petition_id, position)
);

CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  area TEXT NOT NULL CHECK (area IN ('petitions')),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  is_home BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX saved_views_by_organisation ON saved_views (organisation_id, area, role);

-- Somebody is away, and a colleague sees to what is assigned to them.
CREATE TABLE absences (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  cover_id BIGINT NOT NULL REFERENCES users (id),
  ended_on DATE,
  noted_at TIMESTAMP NOT NULL
);
CREATE INDEX absences_by_organisation ON absences (organisation_id, to_on);
