-- The look-up of the caller that the peers lack: sessions by the hash of their token.
DROP TABLE IF EXISTS app.sessions;
CREATE TABLE app.sessions (token_hash bytea PRIMARY KEY, user_id uuid NOT NULL, expires_at timestamptz NOT NULL);
INSERT INTO app.sessions
  SELECT sha256(convert_to('token-' || n, 'UTF8')), md5('user:' || n)::uuid, now() + interval '1 year'
  FROM generate_series(1, 5000) n;
