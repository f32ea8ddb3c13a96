DROP FUNCTION rehearse_commit();
