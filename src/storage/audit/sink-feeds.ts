import type { SinkFeed } from './sink-feed.js';

/** All places to which records are brought. */
export class SinkFeeds {
  constructor(private readonly feeds: readonly SinkFeed[]) {}

  /** Of the one that is farthest behind. */
  get behind(): number {
    return Math.max(0, ...this.feeds.map(({ behind }) => behind));
  }

  /** Names of those that do not take what they are given. */
  get failing(): readonly string[] {
    return this.feeds.filter(({ isFailing }) => isFailing).map(({ name }) => name);
  }

  get count(): number {
    return this.feeds.length;
  }

  start(): void {
    for (const feed of this.feeds) feed.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => feed.stop()));
  }
}
