/** The database's clock, as milliseconds since the epoch: what expiry is decided by, the same on every node. */
export abstract class Clock {
  abstract now(): number;
}
