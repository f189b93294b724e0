DROP TABLE scheme_versions;
