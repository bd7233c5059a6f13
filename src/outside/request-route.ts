// Which route and view a request came to, from what the framework keeps: route templates and names of functions, never the path that was asked for.
// Source: Flask 2 to 3 (RequestContext, AppContext, werkzeug Rule), Django 3 to 6 (ResolverMatch), Starlette and FastAPI (scope["route"], scope["endpoint"]).

import { type Callable, readCallable } from "./callables.ts";
import { readAttribute } from "./dictionary.ts";
import type { Heap } from "./heap.ts";
import type { FramePlace } from "./raw-frame.ts";
import type { RequestObject, Scanner } from "./request-scan.ts";
import { readString } from "./strings.ts";

export interface Routed {
  /** "/orders/<int:id>", as the application declared it. */
  readonly route: string | undefined;
  /** "shop.views.checkout"; for Flask the endpoint's name. */
  readonly view: string | undefined;
  /** Address of the view's code object; 0 where it is not known. */
  readonly viewCode: number;
  /** Address of Django's request object; 0 elsewhere. */
  readonly requestObject: number;
}

const unrouted: Routed = { route: undefined, view: undefined, viewCode: 0, requestObject: 0 };
const longestRoute = 500;

/** What is known of a request's route; `places` are the frames that work on it, innermost first. */
export function readRoute(scanner: Scanner, request: RequestObject, places: readonly FramePlace[]): Routed {
  const inScope = request.kind === "ASGI" ? routeInScope(scanner.heap, request) : unrouted;
  if (inScope.route !== undefined && inScope.view !== undefined) return inScope;
  const inFrames = routeInFrames(scanner, places);
  const viewCode = inScope.viewCode === 0 ? inFrames.viewCode : inScope.viewCode;
  return { route: inScope.route ?? inFrames.route, view: inScope.view ?? inFrames.view, viewCode, requestObject: inFrames.requestObject };
}

function routeInScope(heap: Heap, { entries }: RequestObject): Routed {
  const endpoint = callableAt(heap, entries.get("endpoint"));
  return {
    route: textAt(heap, attributeOf(heap, entries.get("route"), "path")),
    view: endpoint?.name,
    viewCode: endpoint?.code ?? 0,
    requestObject: 0,
  };
}

function routeInFrames(scanner: Scanner, places: readonly FramePlace[]): Routed {
  for (const place of places) {
    for (const variable of scanner.variablesOf(place)) {
      const found = routeIn(scanner, variable);
      if (found !== undefined) return found;
    }
  }
  return unrouted;
}

function routeIn({ heap, typeNameOf }: Scanner, address: number): Routed | undefined {
  switch (typeNameOf(address)) {
    case "ResolverMatch":
      return fromMatch(heap, address, 0);
    case "WSGIRequest":
    case "ASGIRequest":
      return fromMatch(heap, attributeOf(heap, address, "resolver_match"), address);
    case "Rule":
      return fromRule(heap, address);
    case "Request":
      return fromRule(heap, attributeOf(heap, address, "url_rule"));
    case "RequestContext":
    case "AppContext":
      return fromRule(heap, attributeOf(heap, attributeOf(heap, address, "request") ?? attributeOf(heap, address, "_request"), "url_rule"));
    default:
      return undefined;
  }
}

function fromMatch(heap: Heap, match: number | undefined, requestObject: number): Routed | undefined {
  const route = textAt(heap, attributeOf(heap, match, "route"));
  const view = textAt(heap, attributeOf(heap, match, "_func_path"));
  if (route === undefined && view === undefined) return undefined;
  // path("orders/") is written without the slash that it begins with; re_path says "^".
  const shown = route === undefined || /^[/^]/.test(route) ? route : `/${route}`;
  return { route: shown, view, viewCode: callableAt(heap, attributeOf(heap, match, "func"))?.code ?? 0, requestObject };
}

function fromRule(heap: Heap, rule: number | undefined): Routed | undefined {
  const route = textAt(heap, attributeOf(heap, rule, "rule"));
  return route === undefined
    ? undefined
    : { route, view: textAt(heap, attributeOf(heap, rule, "endpoint")), viewCode: 0, requestObject: 0 };
}

function attributeOf(heap: Heap, address: number | undefined, name: string): number | undefined {
  return address === undefined || address === heap.types.none ? undefined : readAttribute(heap, address, name);
}

function textAt(heap: Heap, address: number | undefined): string | undefined {
  return address === undefined ? undefined : readString(heap, address, longestRoute);
}

function callableAt(heap: Heap, address: number | undefined): Callable | undefined {
  return address === undefined || address === heap.types.none ? undefined : readCallable(heap, address);
}
