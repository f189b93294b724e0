DROP TABLE import_problems;
DROP TABLE imports;
DROP TABLE levels_of_need;
DROP TABLE risk_scores;
DROP TABLE person_contacts;
DROP TABLE person_records;
DROP TABLE people;
DROP TABLE register_state;
