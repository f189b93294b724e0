-- What lists of petitions count and sort by, without the texts of a row.
CREATE INDEX petitions_listed_by_locality ON petitions (locality_id, state, due_on, closed_on, submitted_on);
CREATE INDEX petitions_listed ON petitions (state, due_on, closed_on, submitted_on);
