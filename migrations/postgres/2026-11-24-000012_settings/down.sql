DROP TABLE declared_complete;
DROP TABLE settings_changes;
DROP TABLE settings;
