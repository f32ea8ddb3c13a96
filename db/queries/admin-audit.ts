/** One row of a call of an operator. */
export const APPEND_ADMIN_AUDIT = `
  insert into admin_audit (phase, request_id, user_id, key_id, address, method, target, body, status)
  values ($1, $2, $3, $4::uuid, $5, $6, $7, $8, $9)`;
