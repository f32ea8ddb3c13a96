-- API keys, and the operators' calls on record.

CREATE TABLE "admin_audit" (
	"audit_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "admin_audit_audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"happened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"phase" text NOT NULL,
	"request_id" text NOT NULL,
	"user_id" text NOT NULL,
	"key_id" uuid,
	"address" text NOT NULL,
	"method" text NOT NULL,
	"target" text NOT NULL,
	"body" text,
	"status" smallint,
	CONSTRAINT "admin_audit_phase_check" CHECK ("admin_audit"."phase" in ('ASKED', 'ANSWERED')),
	CONSTRAINT "admin_audit_status_check" CHECK (("admin_audit"."phase" = 'ANSWERED') = ("admin_audit"."status" is not null))
);
CREATE TABLE "api_keys" (
	"key_id" uuid PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"material" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"addresses" text[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_kind_check" CHECK ("api_keys"."kind" in ('ED25519', 'HMAC_SHA256')),
	CONSTRAINT "api_keys_material_check" CHECK ("api_keys"."kind" <> 'ED25519' or length("api_keys"."material") = 32)
);
CREATE INDEX "admin_audit_happened_at_idx" ON "admin_audit" USING brin ("happened_at");CREATE INDEX "api_keys_user_id_idx" ON "api_keys" USING btree ("user_id","key_id") WHERE "api_keys"."revoked_at" is null;

-- The API makes keys and revokes them; nothing else about one ever changes.
SELECT grant_if_role('trade_api', 'GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO %I');

SELECT grant_if_role('trade_api', 'GRANT INSERT ON admin_audit TO %I');
SELECT grant_if_role('trade_readonly', 'GRANT SELECT ON admin_audit TO %I');

CREATE FUNCTION refuse_change_of_audit() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION 'admin_audit is appended to, never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE EXECUTE ON FUNCTION refuse_change_of_audit() FROM PUBLIC;

CREATE TRIGGER admin_audit_is_appended_to BEFORE UPDATE OR DELETE OR TRUNCATE ON admin_audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
