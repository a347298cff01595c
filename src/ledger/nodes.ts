/** A process of the service, as it reports itself. */
export interface NodeReport {
  /** UUID, new at every start. */
  readonly id: string;
  /** KEYSTEAD_NODE_NAME: for people, not unique. */
  readonly name: string;
  /** Ids of the roots under which it has just opened the canary. */
  readonly rootIds: readonly string[];
}

/** Who serves on this database. */
export abstract class Nodes {
  /** The node lives, and opens these roots. */
  abstract beat(node: NodeReport): Promise<void>;

  /** The node stops: nobody waits for it. */
  abstract leave(id: string): Promise<void>;

  /** Those heard of within the last 60 seconds of the database's clock, by name. */
  abstract live(): Promise<NodeReport[]>;
}
