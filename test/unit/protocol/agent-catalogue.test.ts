// The commands of agents among all others: names that are taken stay taken, levels are the operator's, short names are unambiguous.

import { expect, test } from "vitest";
import { builtInPlugins, shortNames, wholeCatalogue } from "../../../src/protocol/agent-catalogue.ts";
import { type AgentPlugin, agentPluginSchema } from "../../../src/protocol/agent-entry.ts";
import { catalogue } from "../../../src/protocol/catalogue.ts";
import type { PluginSettings } from "../../../src/protocol/request.ts";

const sha256 = "ab".repeat(32);

function plugin(name: string, ...commands: string[]): AgentPlugin {
  const entries = commands.map((command) => ({ name: command, summary: "Something", level: "inspect", shape: "value" }));
  return agentPluginSchema().parse({ name, sha256, commands: entries });
}

function settings(listed: PluginSettings["listed"] = new Map(), disabled: PluginSettings["disabled"] = new Map()): PluginSettings {
  return { listed, disabled, place: "~/ispyd.toml" };
}

test("the checked-in catalogue has the form that is read, and every entry becomes a record with its parameters", () => {
  const whole = wholeCatalogue(catalogue, [], undefined);
  for (const { commands } of builtInPlugins()) {
    for (const { name, level } of commands) {
      expect(whole.get(name)).toMatchObject({ name, level, reaches: "agents" });
      expect(whole.get(name)?.params.shape).toBeTypeOf("object");
    }
  }
});

test("a plugin takes no name of a command, a group, another plugin, or a plugin other than itself", () => {
  const others = [plugin("audit", "audit list"), plugin("threads", "threads all"), plugin("process", "process cwd", "process evil")];
  const whole = wholeCatalogue(
    catalogue,
    [...others, plugin("shop", "process evil", "shop orders"), plugin("shop", "shop second")],
    undefined,
  );
  expect(whole.get("audit list")).toBe(catalogue.get("audit list"));
  expect(whole.get("process cwd")?.level).toBe("inspect");
  expect([...whole.keys()].filter((name) => /evil|second|threads all/.test(name))).toEqual([]);
  expect(whole.has("shop orders")).toBe(true);
});

test("unlisted is console; listed has the operator's level, a command's own before the plugin's", () => {
  const shop = plugin("shop", "shop orders", "shop values");
  expect(wholeCatalogue(catalogue, [shop], undefined).get("shop orders")).toMatchObject({
    level: "console",
    refusal: { code: "level-refused" },
  });
  const listed = new Map([["shop", { level: "inspect", sha256, commands: { values: "capture" } } as const]]);
  const whole = wholeCatalogue(catalogue, [shop], settings(listed));
  expect(whole.get("shop orders")).toMatchObject({ level: "inspect" });
  expect(whole.get("shop orders")?.refusal).toBeUndefined();
  expect(whole.get("shop values")?.level).toBe("capture");
});

test("short names leave out what two plugins have, and what commands and groups are called", () => {
  const whole = wholeCatalogue(catalogue, [plugin("shop", "shop cwd", "shop threads", "shop process", "shop orders")], undefined);
  const short = shortNames(whole);
  expect(short.get("orders")).toBe("shop orders");
  expect(["cwd", "threads", "process"].map((name) => short.get(name))).toEqual([undefined, undefined, undefined]);
  expect(shortNames(wholeCatalogue(catalogue, [], undefined)).get("cwd")).toBe("process cwd");
});
