-- Whom an audit entry concerns: `locality/CODE`, `commissioner/CODE`, or `service`, which is everybody.
CREATE TABLE audit_concerns (
  whom TEXT NOT NULL,
  entry_id BIGINT NOT NULL REFERENCES audit_entries (id),
  PRIMARY KEY (whom, entry_id)
);
CREATE INDEX audit_entries_by_verb ON audit_entries (verb, id);

-- Entries from before: as well as they tell.
INSERT INTO audit_concerns (whom, entry_id)
SELECT 'commissioner/' || organisations.code, audit_entries.id
FROM audit_entries JOIN organisations ON organisations.code = audit_entries.acting_as
WHERE organisations.kind = 'commissioner';
INSERT INTO audit_concerns (whom, entry_id)
SELECT 'locality/' || localities.code, audit_entries.id
FROM audit_entries JOIN organisations ON organisations.code = audit_entries.acting_as
JOIN localities ON localities.id = organisations.locality_id
WHERE organisations.kind = 'practice';
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || localities.code, audit_subjects.entry_id
FROM audit_subjects JOIN people ON people.pseudonym = audit_subjects.reference
JOIN person_records ON person_records.person_id = people.id
JOIN organisations ON organisations.id = person_records.practice_id
JOIN localities ON localities.id = organisations.locality_id
WHERE audit_subjects.kind = 'person'
ON CONFLICT DO NOTHING;
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || audit_subjects.reference, audit_subjects.entry_id
FROM audit_subjects WHERE audit_subjects.kind = 'locality'
ON CONFLICT DO NOTHING;
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || split_part(audit_subjects.reference, '/', 1), audit_subjects.entry_id
FROM audit_subjects WHERE audit_subjects.kind = 'criteria'
ON CONFLICT DO NOTHING;
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || localities.code, audit_subjects.entry_id
FROM audit_subjects JOIN organisations ON organisations.code = audit_subjects.reference
JOIN localities ON localities.id = organisations.locality_id
WHERE audit_subjects.kind = 'organisation'
ON CONFLICT DO NOTHING;
INSERT INTO audit_concerns (whom, entry_id)
SELECT DISTINCT 'locality/' || localities.code, audit_entries.id
FROM audit_entries JOIN organisations ON organisations.code = audit_entries.acting_as
JOIN care_agreements ON care_agreements.network_id = organisations.id
JOIN localities ON localities.id = care_agreements.locality_id
WHERE NOT EXISTS (SELECT 1 FROM audit_concerns WHERE audit_concerns.entry_id = audit_entries.id)
ON CONFLICT DO NOTHING;
INSERT INTO audit_concerns (whom, entry_id)
SELECT 'service', audit_entries.id FROM audit_entries
WHERE NOT EXISTS (SELECT 1 FROM audit_concerns WHERE audit_concerns.entry_id = audit_entries.id);

-- One pseudonym unmasked once, with a reason: asked for, and shown if the page was opened.
CREATE TABLE unmaskings (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  asked_by BIGINT NOT NULL REFERENCES users (id),
  asked_for BIGINT NOT NULL REFERENCES organisations (id),
  reason TEXT NOT NULL,
  asked_at TIMESTAMP NOT NULL,
  shown_at TIMESTAMP,
  entry_id BIGINT REFERENCES audit_entries (id),
  looked_at TIMESTAMP,
  looked_by BIGINT REFERENCES users (id),
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX unmaskings_by_practice ON unmaskings (practice_id, shown_at);
CREATE INDEX unmaskings_by_entry ON unmaskings (entry_id);
