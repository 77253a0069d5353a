// What is large passes (an object's buffers, compressors' states, a JSON parser's index) and is given back to
// the kernel.
// Tests: tests/e2e/worker_memory_test.py
#pragma once

namespace headgate::assembly {

// Of the whole process, and before it has threads: what is larger than `bytes` comes straight from the kernel
// and goes back there. Left alone, glibc raises that threshold to the largest that was ever freed, up to 32
// MiB, and then large things leave holes in the heap of each thread, and the process grows. mallopt(3)
void give_back_large_memory(int bytes);

}  // namespace headgate::assembly
