// What help says about one topic, apart from how it is set: text.ts and roff.ts print the same article.

export interface Entry {
  readonly term: string;
  readonly text: string;
}

export interface EntryList {
  readonly title: string;
  readonly entries: readonly Entry[];
  /** Each term on a line of its own, its text below. */
  readonly apart?: true;
}

export interface Article {
  /** "ispyd threads"; with a hyphen for a blank it is the name of the manual page. */
  readonly name: string;
  readonly summary: string;
  /** Empty for a topic that is no command. */
  readonly usage: string;
  readonly paragraphs: readonly string[];
  readonly lists: readonly EntryList[];
  /** Other topics. */
  readonly related: readonly string[];
}
