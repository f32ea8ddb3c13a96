/** For each message, whether there is a queue of its group; each group's messages stay in order. */
export const PUBLISH = "select queue_publish($1, $2) as accepted";

/** The queue is there from now on. */
export const DECLARE = "insert into queue_groups (queue_group) values ($1) on conflict do nothing";

/** `redelivered_to` is null while another session consumes. */
export const TAKE = "select queue_take($1) as redelivered_to, pg_backend_pid() as session";

/**
 * The next messages, in order: so many and, behind the first, no more than so many bytes. Nothing
 * when this is another session than the one that took the queue.
 */
export const FETCH = `
  select message_id, body from (
    select message_id, body, sum(octet_length(body)) over (order by message_id) - octet_length(body) as bytes_before
    from (
      select message_id, body from queue_messages
      where queue_group = $1 and message_id > $2 and pg_backend_pid() = $3
      order by message_id limit $4
    ) as next
  ) as sized
  where bytes_before < $5 order by message_id`;

export const ACKNOWLEDGE = "delete from queue_messages where queue_group = $1 and message_id <= $2";

export const TICK = "select queue_tick($1, $2) as put";

/** Lets the next consumer in before the connection is gone. */
export const LEAVE = "select pg_advisory_unlock_all()";
