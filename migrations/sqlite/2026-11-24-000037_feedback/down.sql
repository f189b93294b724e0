DROP TABLE campaign_feedback;
