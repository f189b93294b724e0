CREATE TABLE register_state (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  published BIGINT NOT NULL,
  preparing BIGINT,
  holder TEXT,
  lease_until TIMESTAMP
);
INSERT INTO register_state (id, published) VALUES (1, 0);

CREATE TABLE people (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  nhs_number TEXT NOT NULL UNIQUE,
  pseudonym TEXT NOT NULL UNIQUE
);

CREATE TABLE person_records (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL,
  given_name TEXT,
  family_name TEXT,
  name_key TEXT NOT NULL,
  date_of_birth DATE NOT NULL,
  sex TEXT CHECK (sex IN ('female', 'male', 'indeterminate')),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  registered_from DATE NOT NULL,
  deducted_on DATE,
  died_on DATE,
  ltc_count BIGINT,
  conditions TEXT,
  dementia BOOLEAN,
  advanced_organic_disorder BOOLEAN,
  learning_disability BOOLEAN,
  serious_mental_illness BOOLEAN,
  cancer_active BOOLEAN,
  cancer_treatment_ended_on DATE,
  homeless BOOLEAN,
  alcohol_dependency BOOLEAN,
  drug_dependency BOOLEAN,
  care_home_resident BOOLEAN,
  unplanned_admissions_12m BIGINT,
  annual_cost_pence BIGINT,
  palliative BOOLEAN
);
CREATE INDEX person_records_by_person ON person_records (person_id, until_register);
CREATE INDEX person_records_by_practice ON person_records (practice_id, until_register, name_key, person_id);

CREATE TABLE person_contacts (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL,
  address TEXT,
  postcode TEXT,
  email TEXT,
  contact_preference TEXT CHECK (contact_preference IN ('letter', 'email', 'none')),
  large_print BOOLEAN NOT NULL,
  ltc6_opt_out BOOLEAN NOT NULL,
  data_opt_out BOOLEAN NOT NULL
);
CREATE INDEX person_contacts_by_person ON person_contacts (person_id, until_register);
CREATE INDEX person_contacts_opted_out ON person_contacts (person_id, until_register) WHERE data_opt_out;

CREATE TABLE risk_scores (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL,
  tool TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  scored_on DATE NOT NULL,
  score_hundredths BIGINT NOT NULL
);
CREATE INDEX risk_scores_by_person ON risk_scores (person_id, until_register);

CREATE TABLE levels_of_need (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES people (id),
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL,
  assessed_on DATE NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('initial', 'significant_event', 'acute_admission', 'rrr_completed', 'annual_review', 'other')),
  level TEXT NOT NULL CHECK (level IN ('low', 'medium', 'high')),
  functional TEXT CHECK (functional IN ('low', 'medium', 'high')),
  complexity TEXT CHECK (complexity IN ('low', 'medium', 'high')),
  coordinator_id BIGINT NOT NULL REFERENCES organisations (id),
  next_review_on DATE NOT NULL,
  care_plan_agreed_on DATE,
  dst_behaviour TEXT,
  dst_cognition TEXT,
  dst_communication TEXT,
  dst_mobility TEXT,
  dst_nutrition TEXT,
  dst_continence TEXT,
  dst_skin TEXT,
  dst_breathing TEXT,
  dst_drug_therapies TEXT,
  dst_psychological TEXT,
  dst_seizures_asc TEXT
);
CREATE INDEX levels_of_need_by_person ON levels_of_need (person_id, until_register);
CREATE INDEX levels_of_need_by_coordinator ON levels_of_need (coordinator_id, until_register);

CREATE TABLE imports (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_bytes BIGINT NOT NULL,
  file_hash TEXT NOT NULL,
  as_of DATE NOT NULL,
  whole_register BOOLEAN NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checking', 'checked', 'refused', 'applying', 'applied', 'cancelled', 'failed')),
  row_count BIGINT NOT NULL DEFAULT 0,
  new_count BIGINT NOT NULL DEFAULT 0,
  changed_count BIGINT NOT NULL DEFAULT 0,
  unchanged_count BIGINT NOT NULL DEFAULT 0,
  leaving_count BIGINT NOT NULL DEFAULT 0,
  missing_count BIGINT NOT NULL DEFAULT 0,
  error_count BIGINT NOT NULL DEFAULT 0,
  warning_count BIGINT NOT NULL DEFAULT 0,
  many_leaving BOOLEAN NOT NULL,
  register BIGINT,
  uploaded_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX imports_by_kind ON imports (kind, id);

CREATE TABLE import_problems (
  import_id BIGINT NOT NULL REFERENCES imports (id),
  position BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
  message TEXT NOT NULL,
  PRIMARY KEY (import_id, position)
);
