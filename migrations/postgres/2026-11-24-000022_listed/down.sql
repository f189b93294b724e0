DROP INDEX petitions_listed_by_locality;
DROP INDEX petitions_listed;
