// The record of `report`: everything that can be seen of a service at one moment, in one answer to keep, before a worker is killed.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { reportSectionSchema } from "../report-schema.ts";
import { reportView } from "../report-view.ts";

export default defineCommand({
  name: "report",
  level: "look",
  summary: "Everything at one moment in one file, before you kill a worker",
  description:
    "Asks why, requests, locks, threads, tasks, fds and children of the target one right after the other and puts the answers together, with the commands, versions, times and verdicts. " +
    "With --output incident.html it is one page for people that needs no network and no script; with --output incident.json a document for machines. Secrets are hidden as everywhere; no application value is in it.",
  target: "required",
  params: () => z.object({}),
  result: () =>
    z.object({
      target: z.string(),
      host: z.string(),
      user: z.string(),
      ispyd: z.string(),
      began: z.string(),
      ended: z.string(),
      sections: z.array(reportSectionSchema()),
    }),
  shape: "events",
  recorded: true,
  examples: [
    { command: "ispyd report shop --output incident.html", says: "one page to attach to the ticket" },
    { command: "ispyd report shop/2 -o incident.json", says: "one worker, for a program to read" },
  ],
  view: reportView,
});
