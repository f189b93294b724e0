-- What people said in a campaign and what will be done, in plain words; for everybody to read once it is published.
CREATE TABLE campaign_feedback (
  campaign_id BIGINT NOT NULL PRIMARY KEY REFERENCES campaigns (id),
  said TEXT NOT NULL,
  will_do TEXT NOT NULL,
  published_on DATE,
  version BIGINT NOT NULL
);
