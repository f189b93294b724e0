DROP TABLE unmaskings;
DROP INDEX audit_entries_by_verb;
DROP TABLE audit_concerns;
