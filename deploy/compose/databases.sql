-- The three databases beside `events`, which the image makes by itself.
CREATE DATABASE read_models;
CREATE DATABASE keys;
CREATE DATABASE outbox;
