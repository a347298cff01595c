/** What was counted, in the text format of Prometheus. */
export abstract class MetricsText {
  /** The media type of the text. */
  abstract readonly contentType: string;
  abstract text(): Promise<string>;
}
