// `help`: the article that fits the topic, as text or as a manual page.

import { closestNames } from "../base/closest-names.ts";
import { Failure } from "../base/failure.ts";
import { shortNames } from "../protocol/agent-catalogue.ts";
import type { CommandRecord } from "../protocol/command.ts";
import type record from "../protocol/commands/help.ts";
import { listed } from "../protocol/parameters.ts";
import type { Handler } from "../protocol/request.ts";
import { version } from "../protocol/version.ts";
import type { Article } from "./help/article.ts";
import { commandArticle } from "./help/command-article.ts";
import { articleRoff } from "./help/roff.ts";
import { articleText } from "./help/text.ts";
import { exitCodesArticle, groupArticle, levelsArticle, overviewArticle } from "./help/topics.ts";

export const run: Handler<typeof record> = async ({ topic, format }, { catalogue }) => {
  const typed = topic.join(" ");
  const words = catalogue.has(typed) ? typed : (shortNames(catalogue).get(typed) ?? typed);
  const article = articleAbout(words, [...catalogue.values()]);
  const sections = format === "man" ? [{ title: "", text: articleRoff(article, version) }] : articleText(article);
  return { topic: words, format, sections };
};

/** Failure command-unknown where the topic is neither a command nor a topic. */
export function articleAbout(topic: string, all: readonly CommandRecord[]): Article {
  const records = all.filter(({ hidden }) => hidden !== true);
  if (topic === "") return overviewArticle(records);
  if (topic === "levels") return levelsArticle(records);
  if (topic === "exit-codes") return exitCodesArticle();
  const record = all.find(({ name }) => name === topic);
  if (record !== undefined) return commandArticle(record);
  const group = records.filter(({ name }) => name.startsWith(`${topic} `));
  if (group.length > 0) return groupArticle(topic, group);
  throw unknownTopic(topic, records);
}

function unknownTopic(topic: string, records: readonly CommandRecord[]): Failure {
  const near = closestNames(topic, [...records.map(({ name }) => name), "levels", "exit-codes"]);
  const hint = near.length === 0 ? "ispyd help lists the commands" : `did you mean ispyd help ${listed(near)}?`;
  return new Failure({ code: "command-unknown", message: `there is no command or topic "${topic}"`, hint });
}
