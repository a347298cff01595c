/** What the REST door is told. */
export abstract class RestSettings {
  /** Of the service, for the API's description. */
  abstract readonly version: string;
  /** Whether /metrics answers without a token. */
  abstract readonly openMetrics: boolean;
}
