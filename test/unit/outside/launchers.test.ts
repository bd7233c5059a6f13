// What launchers are recognised as, and which name their service gets, from command lines as people write them.

import { expect, test } from "vitest";
import type { LaunchFacts } from "../../../src/outside/launchers/launch.ts";
import { multiprocessingPart } from "../../../src/outside/launchers/multiprocessing.ts";
import { recognise } from "../../../src/outside/launchers/recognise.ts";
import type { EnvironmentName } from "../../../src/outside/proc/environ.ts";
import { parseProgram } from "../../../src/outside/python-program.ts";

interface Given {
  environment?: Partial<Record<EnvironmentName, string>>;
  directory?: string;
  files?: Record<string, string>;
  executable?: string;
}

function factsOf(
  words: readonly string[],
  { environment = {}, directory = "", files = {}, executable = "/usr/bin/python3.11" }: Given = {},
): LaunchFacts {
  return {
    pid: 1,
    words,
    executable,
    program: parseProgram(words),
    environment: () => ({ get: (name) => environment[name], overwritten: false }),
    directoryName: () => directory,
    readText: (path) => files[path],
  };
}

function launch(
  line: string,
  given?: Given,
): { name: string; application: string | undefined; worker: string; alone: string; family: string } {
  const { name, application, roles, family } = recognise(factsOf(line.split(" "), given));
  return { name, application, worker: roles.worker, alone: roles.alone, family };
}

test.each([
  ["python /venv/bin/gunicorn shop.wsgi:app -w 4", "shop", "shop.wsgi:app", "gunicorn worker (sync)"],
  ["python -m gunicorn --workers=4 --threads=8 shop:app", "shop", "shop:app", "gunicorn worker (gthread)"],
  [
    "python /venv/bin/gunicorn -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 --preload shop.main:app",
    "shop",
    "shop.main:app",
    "gunicorn worker (uvicorn)",
  ],
  ["python /venv/bin/gunicorn -kgevent -w4 shop:create_app()", "shop", "shop:create_app()", "gunicorn worker (gevent)"],
  ["python /venv/bin/gunicorn --bind :80 --access-logfile - --reload shop:app", "shop", "shop:app", "gunicorn worker (sync)"],
  ["python /venv/bin/gunicorn src.shop.web:app", "shop", "src.shop.web:app", "gunicorn worker (sync)"],
])("%s is the service %s", (line, name, application, worker) => {
  expect(launch(line)).toEqual({ family: "gunicorn", name, application, worker, alone: "gunicorn arbiter" });
});

test("gunicorn's application comes from its configuration file where the command line has none", () => {
  const files = { "conf/web.py": 'bind = ":8000"\nwsgi_app = "shop.wsgi:app"\nworker_class = "gevent"\n' };
  expect(launch("python /venv/bin/gunicorn -c conf/web.py", { files })).toMatchObject({
    name: "shop",
    application: "shop.wsgi:app",
    worker: "gunicorn worker (gevent)",
  });
  expect(launch("python /venv/bin/gunicorn shop:app", { files: { "gunicorn.conf.py": "threads = 4\n" } }).worker).toBe(
    "gunicorn worker (gthread)",
  );
});

test("the command line wins over GUNICORN_CMD_ARGS, and that over the file", () => {
  const given = {
    environment: { GUNICORN_CMD_ARGS: "--worker-class eventlet --threads 2" },
    files: { "gunicorn.conf.py": 'worker_class = "gevent"\n' },
  };
  expect(launch("python /venv/bin/gunicorn shop:app", given).worker).toBe("gunicorn worker (eventlet)");
  expect(launch("python /venv/bin/gunicorn -k sync shop:app", given).worker).toBe("gunicorn worker (gthread)");
});

test("a bare wsgi module takes the folder's name", () => {
  expect(launch("python /venv/bin/gunicorn wsgi:application", { directory: "shop" }).name).toBe("shop");
  expect(launch("python /venv/bin/gunicorn wsgi", { directory: "" }).name).toBe("wsgi");
});

test("gunicorn's title gives the application where it is one, else the name alone", () => {
  expect(recognise(factsOf(["gunicorn: worker [shop.wsgi:app]"]))).toMatchObject({
    family: "gunicorn",
    name: "shop",
    application: "shop.wsgi:app",
    byTitle: true,
  });
  const named = recognise(factsOf(["gunicorn: master [the big shop/1]"]));
  expect(named).toMatchObject({ family: "gunicorn", name: "the-big-shop-1", byTitle: true });
  expect(named.application).toBeUndefined();
});

test.each([
  ["python /venv/bin/uvicorn shop.asgi:app --port 8000", "uvicorn", "shop", "uvicorn", false],
  ["python -m uvicorn --host 0.0.0.0 --workers 4 shop:app", "uvicorn", "shop", "uvicorn", true],
  ["python /venv/bin/uvicorn --reload --no-access-log shop:app", "uvicorn", "shop", "uvicorn", true],
  ["python /venv/bin/hypercorn shop:app --bind 0.0.0.0:80", "hypercorn", "shop", "hypercorn", true],
  ["python /venv/bin/daphne -p 8001 shop.asgi:application", "daphne", "shop", "daphne", false],
  ["python /venv/bin/waitress-serve --port=8041 --call shop:create_app", "waitress", "shop", "waitress", false],
])("%s is %s", (line, family, name, alone, spawnsWorkers) => {
  expect(launch(line)).toMatchObject({ family, name, alone });
  expect(recognise(factsOf(line.split(" "))).spawnsWorkers).toBe(spawnsWorkers);
});

test.each([
  ["python /venv/bin/celery -A shop worker -c 4", "shop", "Celery main", true],
  ["python -m celery --app=shop.tasks:app worker -P threads", "shop", "Celery worker (threads)", false],
  ["python /venv/bin/celery -A shop beat", "shop", "Celery beat", false],
  ["python /venv/bin/celery -B -A shop worker --pool solo", "shop", "Celery worker (solo)", false],
])("%s is the service %s", (line, name, alone, forksWorkers) => {
  expect(launch(line)).toMatchObject({ family: "celery", name, alone });
  expect(recognise(factsOf(line.split(" "))).forksWorkers).toBe(forksWorkers);
});

test("Celery's titles tell main process and child", () => {
  expect(recognise(factsOf(["[celeryd: celery@vm:MainProcess] -active- (-A shop worker -c 2)"]))).toMatchObject({
    family: "celery",
    name: "shop",
    byTitle: true,
  });
  expect(recognise(factsOf(["[celeryd: celery@vm:ForkPoolWorker-1]"]))).toMatchObject({ family: "celery", byTitle: true });
});

test("Django's settings come from the option, the environment or manage.py", () => {
  const files = { "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.dev")' };
  expect(launch("python manage.py runserver 8000", { files })).toMatchObject({
    family: "django",
    name: "shop",
    application: "shop.settings.dev",
    alone: "Django runserver",
  });
  expect(launch("python manage.py runserver --settings=cart.settings", { files }).name).toBe("cart");
  expect(launch("python -m django qcluster", { environment: { DJANGO_SETTINGS_MODULE: "shop.settings" } })).toMatchObject({
    name: "shop",
    alone: "Django qcluster",
  });
  expect(launch("python manage.py runserver", { directory: "portal" }).name).toBe("portal");
});

test("Flask's application comes from --app, FLASK_APP or the folder", () => {
  expect(launch("python /venv/bin/flask --app shop.web run --debug")).toMatchObject({ family: "flask", name: "shop", alone: "Flask run" });
  expect(launch("python -m flask run", { environment: { FLASK_APP: "shop.py" } })).toMatchObject({ name: "shop", application: "shop.py" });
  expect(launch("python -m flask run", { directory: "portal" }).name).toBe("portal");
});

test("uWSGI is known by its program, its application by option or file", () => {
  const executable = "/usr/bin/uwsgi";
  expect(launch("uwsgi --http :8000 --module shop.wsgi:app --master", { executable })).toMatchObject({
    family: "uwsgi",
    name: "shop",
    application: "shop.wsgi:app",
  });
  expect(launch("uwsgi --socket :1 --wsgi-file /srv/shop.py", { executable })).toMatchObject({ name: "shop", application: "/srv/shop.py" });
  expect(launch("uwsgi --ini shop.ini", { executable, files: { "shop.ini": "[uwsgi]\nmodule = store.wsgi:app\n" } })).toMatchObject({
    name: "store",
  });
  expect(launch("uwsgi /etc/uwsgi/shop.ini", { executable })).toMatchObject({ name: "shop" });
});

test.each([
  ["python3 /srv/shop/worker.py --fast", "worker", "Python script"],
  ["python -m shop.jobs", "shop.jobs", "Python module"],
  ["python -Im shop", "shop", "Python module"],
  ["python -X dev -W error -u job.py", "job", "Python script"],
  ["python /srv/shop/__main__.py", "shop", "Python script"],
  ["python", "python", "interactive Python"],
  ["python -i", "python", "interactive Python"],
  ["python 2024.py", "app-2024", "Python script"],
])("%s is the plain service %s", (line, name, alone) => {
  expect(launch(line)).toMatchObject({ family: "plain", name, alone });
});

test("code on the command line names no service", () => {
  expect(recognise(factsOf(["python", "-c", "import time; time.sleep(9)"]))).toMatchObject({
    name: "python",
    roles: { alone: "Python code" },
  });
});

test("a title full of escapes becomes a name that can be typed", () => {
  expect(recognise(factsOf(["\u001b[31mevil\u202e /../9: x"])).name).toMatch(/^[\p{L}\p{N}_.@+-]+$/u);
  expect(recognise(factsOf([`/${"x".repeat(5_000)}.py`])).name.length).toBeLessThanOrEqual(64);
});

test("a program that embeds Python is named after itself", () => {
  expect(launch("/usr/bin/gdb -q", { executable: "/usr/bin/gdb" })).toMatchObject({
    family: "embedded",
    name: "gdb",
    alone: "embedded in gdb",
  });
});

test.each([
  ["from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)", "spawned child"],
  ["from multiprocessing.resource_tracker import main;main(4)", "resource tracker"],
  ["from multiprocessing.forkserver import main; main(5, 7, ['__main__'])", "fork server"],
  ["print('from multiprocessing.spawn import spawn_main')", undefined],
])("%s is multiprocessing's %s", (code, part) => {
  expect(multiprocessingPart(parseProgram(["python", "-c", code, "--multiprocessing-fork"]))).toBe(part);
});
