// The shape of what is known about one CPython version: byte offsets into its structures, sizes, and the constants whose values changed.
// Filled by src/outside/layouts/*.ts (one per version), completed from the target's own table by src/outside/debug-offsets.ts.

/** Stands for a field that a version does not have. */
export const absent = -1;

/** Names follow ours, not C's; each group is one structure of CPython (Include/internal and Include/cpython of that version). */
export interface Layout {
  /** 8 for 3.8. */
  readonly minor: number;
  readonly freeThreaded: boolean;
  /** _PyRuntimeState */
  readonly runtime: {
    readonly interpretersHead: number;
    readonly mainThread: number;
    readonly finalizing: number;
    readonly gilLocked: number;
    readonly gilLastHolder: number;
    readonly gcCollecting: number;
  };
  /** PyInterpreterState */
  readonly interpreter: {
    readonly size: number;
    readonly next: number;
    readonly id: number;
    readonly threadsHead: number;
    readonly modules: number;
    readonly sysDict: number;
    readonly gilPointer: number;
    readonly gcCollecting: number;
    readonly codeGeneration: number;
    readonly asyncioTasksHead: number;
  };
  /** _gil_runtime_state */
  readonly gil: { readonly lastHolder: number; readonly locked: number; readonly switchNumber: number; readonly enabled: number };
  /** PyThreadState */
  readonly thread: {
    readonly size: number;
    readonly previous: number;
    readonly next: number;
    readonly interpreter: number;
    readonly frame: number;
    readonly cframe: number;
    readonly currentFrame: number;
    readonly baseFrame: number;
    readonly threadId: number;
    readonly nativeThreadId: number;
    readonly dictionary: number;
    readonly excInfo: number;
    readonly dataStackChunk: number;
    readonly dataStackTop: number;
    readonly dataStackLimit: number;
    readonly state: number;
    readonly holdsGil: number;
    readonly gilRequested: number;
    readonly asyncioRunningLoop: number;
    readonly asyncioRunningTask: number;
    readonly asyncioTasksHead: number;
  };
  /** _PyCFrame, 3.11 and 3.12 */
  readonly cframe: { readonly currentFrame: number };
  /** _PyStackChunk */
  readonly chunk: { readonly previous: number; readonly size: number; readonly top: number; readonly data: number };
  /** _PyErr_StackItem */
  readonly exceptionItem: { readonly value: number; readonly previous: number };
  /** PyFrameObject up to 3.10 */
  readonly frameObject: {
    readonly size: number;
    readonly back: number;
    readonly code: number;
    readonly lastInstruction: number;
    readonly line: number;
    readonly trace: number;
    readonly generator: number;
    readonly executing: number;
    readonly state: number;
    readonly valueStack: number;
    readonly stackTop: number;
    readonly stackDepth: number;
    readonly blockCount: number;
    readonly localsPlus: number;
    readonly namespace: number;
  };
  /** _PyInterpreterFrame from 3.11 */
  readonly frame: {
    readonly size: number;
    readonly executable: number;
    readonly previous: number;
    readonly instruction: number;
    readonly stackTop: number;
    readonly stackPointer: number;
    readonly owner: number;
    readonly localsPlus: number;
    readonly bytecodeIndex: number;
    readonly namespace: number;
  };
  /** PyCodeObject */
  readonly code: {
    readonly size: number;
    readonly firstLine: number;
    readonly fileName: number;
    readonly name: number;
    readonly qualifiedName: number;
    readonly lineTable: number;
    readonly bytecode: number;
    readonly bytecodeAdaptive: number;
    readonly firstTraceable: number;
    readonly threadBytecode: number;
    readonly frameSize: number;
    readonly variableCount: number;
    readonly stackSize: number;
    readonly argumentCount: number;
    readonly flags: number;
    readonly keywordOnlyCount: number;
    readonly localCount: number;
    readonly localNames: number;
    readonly cellNames: number;
    readonly freeNames: number;
    readonly variableNames: number;
    readonly variableKinds: number;
  };
  /** PyGenObject, PyCoroObject, PyAsyncGenObject */
  readonly generator: {
    readonly size: number;
    readonly frameObject: number;
    readonly qualifiedName: number;
    readonly running: number;
    readonly frameState: number;
    readonly frame: number;
  };
  /** TaskObj of Modules/_asynciomodule.c */
  readonly task: {
    readonly size: number;
    readonly loop: number;
    readonly state: number;
    readonly waiter: number;
    readonly coroutine: number;
    readonly name: number;
    readonly awaitedBy: number;
    readonly awaitedByIsSet: number;
    readonly node: number;
  };
  /** PyObject, PyVarObject */
  readonly object: { readonly size: number; readonly type: number; readonly variableSize: number };
  /** PyLongObject */
  readonly integer: { readonly tag: number; readonly digits: number };
  /** PyBytesObject */
  readonly bytes: { readonly value: number };
  /** PyListObject */
  readonly list: { readonly items: number };
  /** PyTupleObject */
  readonly tuple: { readonly items: number };
  /** PySetObject */
  readonly set: { readonly mask: number; readonly used: number; readonly table: number };
  /** PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject */
  readonly string: {
    readonly asciiSize: number;
    readonly compactSize: number;
    readonly length: number;
    readonly state: number;
    readonly data: number;
  };
  /** PyDictObject */
  readonly dictionary: { readonly size: number; readonly used: number; readonly keys: number; readonly values: number };
  /** PyDictKeysObject */
  readonly dictionaryKeys: {
    readonly tableSize: number;
    readonly log2IndexBytes: number;
    readonly kind: number;
    readonly entryCount: number;
    readonly indices: number;
  };
  /** PyDictValues */
  readonly dictionaryValues: { readonly valid: number; readonly values: number };
  /** PyTypeObject, PyHeapTypeObject */
  readonly type: {
    readonly name: number;
    readonly basicSize: number;
    readonly flags: number;
    readonly dictionaryOffset: number;
    readonly base: number;
    readonly itemSize: number;
    readonly namespace: number;
    readonly resolutionOrder: number;
    readonly definingModule: number;
    readonly cachedKeys: number;
  };
  /** PyWeakReference */
  readonly weakReference: { readonly object: number };
  /** PyModuleObject */
  readonly module: { readonly dictionary: number; readonly name: number };
  /** PyFloatObject */
  readonly float: { readonly value: number };
  /** PyComplexObject */
  readonly complex: { readonly value: number };
  /** PyByteArrayObject */
  readonly byteArray: { readonly start: number };
  /** PyCellObject */
  readonly cell: { readonly content: number };
  /** PyFunctionObject */
  readonly function: { readonly code: number; readonly qualifiedName: number };
  /** PyMethodObject */
  readonly method: { readonly function: number; readonly self: number };
  /** PyCFunctionObject */
  readonly builtinFunction: { readonly definition: number };
  /** PyBaseExceptionObject */
  readonly exception: { readonly arguments: number; readonly context: number; readonly cause: number };
  /** gi_frame_state */
  readonly generatorState: {
    readonly created: number;
    readonly suspended: number;
    readonly executing: number;
    readonly cleared: number;
    readonly suspendedYieldFrom: number;
  };
  /** bit fields of PyASCIIObject.state */
  readonly stringState: { readonly kindShift: number; readonly compactShift: number; readonly asciiShift: number };
}
