/** Counts one more failure of a command and returns how many there are. */
export const COUNT_FAILURE = "select count_command_failure($1, $2) as failures";

/** What nobody failed at for a day has been refused long ago, or was never to blame. */
export const READ_FAILURES = `
  select command_id, failures from command_failures
  where symbol_group = $1 and last_failed_at > now() - interval '1 day' order by command_id`;
