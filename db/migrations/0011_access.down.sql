DROP TABLE "admin_audit";
DROP TABLE "api_keys";
DROP FUNCTION refuse_change_of_audit();
