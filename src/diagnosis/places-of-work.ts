// The functions of servers and libraries that tell what a thread is there for: waiting for the next piece of work, or doing one for somebody who waits.
// Names are those of 3.8 to 3.15 (plain before 3.11, qualified from then on) and of the servers' versions since about 2020.

import type { Frame } from "../stacks/model.ts";
import { isOwnCode, shortFile } from "../stacks/origin.ts";

interface Place {
  /** The file without what stands before site-packages or the standard library. */
  readonly file: string;
  /** Without their class. */
  readonly functions: readonly string[];
  /** Only as the body of a thread: elsewhere the name means something else. */
  readonly inThread?: boolean;
}

const waits: readonly Place[] = [
  { file: "queue.py", functions: ["get"] },
  { file: "concurrent/futures/thread.py", functions: ["_worker"] },
  { file: "concurrent/futures/process.py", functions: ["_process_worker", "wait_result_broken_or_wakeup"] },
  { file: "multiprocessing/pool.py", functions: ["worker", "_handle_workers", "_handle_tasks", "_handle_results"] },
  { file: "multiprocessing/queues.py", functions: ["get", "_feed"] },
  { file: "multiprocessing/managers.py", functions: ["serve_forever"] },
  { file: "multiprocessing/resource_tracker.py", functions: ["main"] },
  { file: "socketserver.py", functions: ["serve_forever"] },
  { file: "http/server.py", functions: ["handle_one_request"] },
  { file: "wsgiref/simple_server.py", functions: ["handle"] },
  { file: "asyncio/base_events.py", functions: ["_run_once"] },
  { file: "sched.py", functions: ["run"] },
  { file: "threading.py", functions: ["_shutdown"] },
  { file: "django/core/servers/basehttp.py", functions: ["handle_one_request"] },
  { file: "django/utils/autoreload.py", functions: ["tick", "snapshot_files", "run", "restart_with_reloader"] },
  { file: "werkzeug/_reloader.py", functions: ["run", "run_step", "restart_with_reloader"] },
  { file: "gunicorn/workers/sync.py", functions: ["wait"] },
  { file: "gunicorn/workers/gthread.py", functions: ["run", "wait_for_and_dispatch_events"] },
  { file: "gunicorn/workers/ggevent.py", functions: ["run"] },
  { file: "gunicorn/arbiter.py", functions: ["sleep", "wait_for_signals", "run"] },
  { file: "uvicorn/supervisors/multiprocess.py", functions: ["run", "keep_subprocess_alive", "always_pong"] },
  { file: "uvicorn/supervisors/basereload.py", functions: ["run", "pause", "should_restart", "__next__"] },
  { file: "hypercorn/run.py", functions: ["run"] },
  { file: "waitress/task.py", functions: ["handler_thread"] },
  { file: "waitress/wasyncore.py", functions: ["poll", "poll2"] },
  { file: "cheroot/workers/threadpool.py", functions: ["run"] },
  { file: "cheroot/connections.py", functions: ["_run"] },
  { file: "gevent/hub.py", functions: ["run"] },
  { file: "eventlet/hubs/hub.py", functions: ["run"] },
  { file: "tornado/platform/asyncio.py", functions: ["start", "_run_select"] },
  { file: "anyio/_backends/_asyncio.py", functions: ["run"] },
  { file: "asgiref/sync.py", functions: ["run_until_future"] },
  { file: "asgiref/current_thread_executor.py", functions: ["run_until_future"] },
  { file: "kombu/asynchronous/hub.py", functions: ["create_loop"] },
  { file: "kombu/connection.py", functions: ["drain_events"] },
  { file: "kombu/transport/virtual/base.py", functions: ["drain_events"] },
  { file: "celery/concurrency/asynpool.py", functions: ["_poll", "poll"] },
  { file: "celery/worker/components.py", functions: ["body"] },
  { file: "celery/beat.py", functions: ["start", "_start_consumer"] },
  { file: "celery/utils/timer2.py", functions: ["run"] },
  { file: "kombu/asynchronous/timer.py", functions: ["run"] },
  { file: "billiard/pool.py", functions: ["wait_for_job", "workloop", "_recv", "body"] },
  { file: "redis/client.py", functions: ["listen", "get_message"] },
  { file: "redis/asyncio/client.py", functions: ["listen", "get_message"] },
  { file: "websocket/_core.py", functions: ["recv", "recv_data_frame", "recv_frame"] },
  { file: "paho/mqtt/client.py", functions: ["loop_forever", "_loop"] },
  { file: "psycopg/connection.py", functions: ["notifies"] },
  { file: "psycopg/connection_async.py", functions: ["notifies"] },
  { file: "rq/worker.py", functions: ["dequeue_job_and_maintain_ttl"] },
  { file: "pika/adapters/blocking_connection.py", functions: ["start_consuming", "process_data_events", "consume"] },
  { file: "kafka/consumer/group.py", functions: ["poll", "__next__"] },
  { file: "apscheduler/schedulers/blocking.py", functions: ["_main_loop"] },
  { file: "apscheduler/schedulers/background.py", functions: ["_main_loop"] },
  { file: "sentry_sdk/worker.py", functions: ["_target"] },
  { file: "grpc/_server.py", functions: ["_serve", "wait_for_termination"] },
  { file: "watchfiles/main.py", functions: ["watch"] },
];

const serves: readonly Place[] = [
  { file: "gunicorn/workers/sync.py", functions: ["handle_request"] },
  { file: "gunicorn/workers/gthread.py", functions: ["handle_request"] },
  { file: "gunicorn/workers/base_async.py", functions: ["handle_request"] },
  { file: "wsgiref/handlers.py", functions: ["run"] },
  { file: "http/server.py", functions: ["handle_one_request"] },
  { file: "socketserver.py", functions: ["process_request_thread", "finish_request"] },
  { file: "waitress/task.py", functions: ["service"] },
  { file: "cheroot/server.py", functions: ["respond", "communicate"] },
  { file: "werkzeug/serving.py", functions: ["run_wsgi"] },
  { file: "anyio/_backends/_asyncio.py", functions: ["run"], inThread: true },
  { file: "starlette/concurrency.py", functions: ["run_in_threadpool"] },
  { file: "starlette/routing.py", functions: ["app", "handle"] },
  { file: "uvicorn/protocols/http/h11_impl.py", functions: ["run_asgi"] },
  { file: "uvicorn/protocols/http/httptools_impl.py", functions: ["run_asgi"] },
  { file: "hypercorn/app_wrappers.py", functions: ["__call__", "handle_http", "run_app"] },
  { file: "asgiref/sync.py", functions: ["thread_handler"] },
  { file: "django/core/handlers/base.py", functions: ["get_response", "_get_response", "get_response_async", "_get_response_async"] },
  { file: "flask/app.py", functions: ["wsgi_app", "dispatch_request", "full_dispatch_request"] },
  { file: "celery/app/trace.py", functions: ["trace_task", "fast_trace_task", "__protected_call__"] },
  { file: "celery/concurrency/base.py", functions: ["apply_target"] },
  { file: "rq/job.py", functions: ["perform", "_execute"] },
  { file: "grpc/_server.py", functions: ["_call_behavior"] },
];

// A client that connects and sends nothing, or a part, holds these: gunicorn reads a request in the worker or thread that will serve it.
const reads: readonly Place[] = [
  { file: "gunicorn/workers/sync.py", functions: ["handle"] },
  { file: "gunicorn/workers/gthread.py", functions: ["handle"] },
];

type PlacesByFile = ReadonlyMap<string, Place>;

const waitsByFile = byFile(waits);
const servesByFile = byFile(serves);
const readsByFile = byFile(reads);

function byFile(places: readonly Place[]): PlacesByFile {
  return new Map(places.map((place) => [place.file, place]));
}

function placeOf(places: PlacesByFile, { file, function: name }: Frame): Place | undefined {
  const place = places.get(shortFile(file));
  return place?.functions.includes(name.slice(name.lastIndexOf(".") + 1)) === true ? place : undefined;
}

/** Whether a library waits there for the next piece of work. */
export function isWaitForWork(frame: Frame): boolean {
  return placeOf(waitsByFile, frame) !== undefined;
}

/**
 * Whether a stack is inside a request or a job of a queue: a server has called the application, or a library on its way to it, for somebody
 * who waits. A server that waits for the next request is not.
 */
export function isServing(frames: readonly Frame[]): boolean {
  const own = frames.findIndex(isApplication);
  const at = frames.findIndex((frame, index) => index >= own && isServer(frame, frames));
  return own >= 0 ? at >= 0 : at > 0 && !frames.slice(0, at + 1).some(isWaitForWork);
}

/** Where a server reads a request that its client has not sent whole: "whole" if the worker serves nobody else meanwhile, "thread" if others can. */
export function readsRequest(frames: readonly Frame[]): "whole" | "thread" | undefined {
  const reading = isServing(frames) ? undefined : frames.find((frame) => placeOf(readsByFile, frame) !== undefined);
  if (reading === undefined) return undefined;
  return shortFile(reading.file) === "gunicorn/workers/sync.py" ? "whole" : "thread";
}

function isServer(frame: Frame, frames: readonly Frame[]): boolean {
  const place = placeOf(servesByFile, frame);
  return place !== undefined && (place.inThread !== true || shortFile(frames.at(-1)?.file ?? "") === "threading.py");
}

/** The application's own code; not the script that a package installs to start itself. */
export function isApplication(frame: Frame, index = 0, frames: readonly Frame[] = [frame]): boolean {
  return isOwnCode(frame, index, frames) && !(frame.function === "<module>" && /\/bin\/[^/.]+$/.test(frame.file));
}
