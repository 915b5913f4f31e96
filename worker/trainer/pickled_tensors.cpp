#include "worker/trainer/pickled_tensors.h"

#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <variant>

#include "errors/user_error.h"

namespace headsweep::trainer {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("is no state_dict: in its pickle, " + why);
}

struct None {};
struct Mark {};
struct Opaque {};  // of no interest: booleans, hooks, module versions
struct Global {
  std::string name;  // "torch FloatStorage"
};
struct Storage {
  std::string type;
  std::string key;
  std::int64_t elements;
};
struct Value;
using Tuple = std::shared_ptr<const std::vector<Value>>;
// Shared, since the pickle fills a dictionary after it has put it on the stack and into the memo.
using Dictionary = std::shared_ptr<std::vector<std::pair<std::string, PickledTensor>>>;

struct Value {
  std::variant<None, Mark, Opaque, std::int64_t, std::string, Global, Storage, Tuple, Dictionary,
               PickledTensor>
      held;
  int depth = 0;  // of nested tuples
};

constexpr int kDeepestTuple = 16;  // torch.save() nests two

template <class T>
const T& as(const Value& value, const char* what) {
  const T* const held = std::get_if<T>(&value.held);
  if (!held) refuse(std::string("something else stands where ") + what + " belongs");
  return *held;
}

std::vector<std::int64_t> integers(const Value& value, const char* what) {
  std::vector<std::int64_t> numbers;
  for (const Value& item : *as<Tuple>(value, what)) numbers.push_back(as<std::int64_t>(item, what));
  return numbers;
}

// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
PickledTensor rebuild_tensor(const std::vector<Value>& arguments) {
  if (arguments.size() < 4) refuse("a tensor has too few arguments");
  const auto& storage = as<Storage>(arguments[0], "a storage");
  return {storage.type,
          storage.key,
          storage.elements,
          as<std::int64_t>(arguments[1], "an offset"),
          integers(arguments[2], "a shape"),
          integers(arguments[3], "strides")};
}

class Machine {
 public:
  explicit Machine(std::span<const std::byte> program) : program_(program) {}

  std::vector<std::pair<std::string, PickledTensor>> run() {
    while (step(std::to_integer<unsigned char>(take(1)[0]))) continue;
    return *as<Dictionary>(pop(), "the dictionary");
  }

 private:
  // Runs one instruction; false at the end of the program. Opcodes as in Python's pickletools.
  bool step(unsigned char opcode) {
    switch (opcode) {
      case 0x80:
        return take(1), true;  // PROTO
      case '.':
        return false;  // STOP
      case '(':
        return push(Mark{});  // MARK
      case 'N':
        return push(None{});  // NONE
      case 0x88:              // NEWTRUE
      case 0x89:
        return push(Opaque{});  // NEWFALSE
      case 'K':
        return push(take_integer<std::uint8_t>());  // BININT1
      case 'M':
        return push(take_integer<std::uint16_t>());  // BININT2
      case 'J':
        return push(take_integer<std::int32_t>());  // BININT
      case 0x8a:
        return push(take_long());  // LONG1
      case 'X':
        return push(take_text());  // BINUNICODE
      case 'c':
        return push(take_global());  // GLOBAL
      case '}':
        return push(std::make_shared<Dictionary::element_type>());  // EMPTY_DICT
      case ')':
        return push_tuple({});  // EMPTY_TUPLE
      case 0x85:
        return push_tuple(pop_many(1));  // TUPLE1
      case 0x86:
        return push_tuple(pop_many(2));  // TUPLE2
      case 0x87:
        return push_tuple(pop_many(3));  // TUPLE3
      case 't':
        return push_tuple(pop_to_mark());  // TUPLE
      case 'q':
        return memorize(take_integer<std::uint8_t>());  // BINPUT
      case 'r':
        return memorize(take_integer<std::uint32_t>());  // LONG_BINPUT
      case 'h':
        return recall(take_integer<std::uint8_t>());  // BINGET
      case 'j':
        return recall(take_integer<std::uint32_t>());  // LONG_BINGET
      case 'Q':
        return make_storage();  // BINPERSID
      case 'R':
        return call();  // REDUCE
      case 's':
        return set_items(pop_many(2));  // SETITEM
      case 'u':
        return set_items(pop_to_mark());  // SETITEMS
      case 'b':
        return pop(), true;  // BUILD: attributes such as _metadata
      default:
        refuse("opcode " + std::to_string(opcode) + " is none that a dictionary of tensors needs");
    }
  }

  std::span<const std::byte> take(std::size_t count) {
    if (count > program_.size() - next_) refuse("the end is missing");
    next_ += count;
    return program_.subspan(next_ - count, count);
  }
  template <class T>
  std::int64_t take_integer() {
    T number;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }
  std::int64_t take_long() {
    const auto bytes = take(static_cast<std::size_t>(take_integer<std::uint8_t>()));
    std::int64_t number = 0;
    if (bytes.size() > sizeof number) refuse("a number is too large");
    std::memcpy(&number, bytes.data(), bytes.size());
    return number;  // shapes and offsets are not negative: nothing to extend
  }
  std::string take_text() {
    const auto bytes = take(static_cast<std::size_t>(take_integer<std::uint32_t>()));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string take_line() {
    std::string line;
    for (char c; (c = static_cast<char>(take(1)[0])) != '\n';) line += c;
    return line;
  }
  Global take_global() {
    std::string module = take_line();
    return {module + " " + take_line()};
  }

  bool push(Value value) {
    stack_.push_back(std::move(value));
    return true;
  }
  template <class T>
  bool push(T held) {
    return push(Value{std::move(held)});
  }
  bool push_tuple(std::vector<Value> items) {
    int depth = 0;
    for (const Value& item : items) depth = std::max(depth, item.depth + 1);
    if (depth > kDeepestTuple) refuse("tuples are nested too deeply");
    return push(Value{std::make_shared<const std::vector<Value>>(std::move(items)), depth});
  }
  Value pop() {
    if (stack_.empty()) refuse("the stack runs empty");
    Value value = std::move(stack_.back());
    stack_.pop_back();
    return value;
  }
  std::vector<Value> pop_many(std::size_t count) {
    if (count > stack_.size()) refuse("the stack runs empty");
    std::vector<Value> values(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return values;
  }
  std::vector<Value> pop_to_mark() {
    std::size_t count = 0;
    while (count < stack_.size() && !std::holds_alternative<Mark>(stack_[stack_.size() - 1 - count].held)) {
      ++count;
    }
    std::vector<Value> values = pop_many(count);
    pop();  // the mark
    return values;
  }
  bool memorize(std::int64_t number) {
    if (stack_.empty()) refuse("the stack runs empty");
    memo_.insert_or_assign(number, stack_.back());
    return true;
  }
  bool recall(std::int64_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) refuse("an entry of the memo is missing");
    return push(found->second);
  }

  // ('storage', type, key, location, elements)
  bool make_storage() {
    const Value id = pop();
    const auto& items = *as<Tuple>(id, "a storage's description");
    if (items.size() != 5 || as<std::string>(items[0], "'storage'") != "storage") {
      refuse("a storage is described in an unknown way");
    }
    return push(Storage{as<Global>(items[1], "a storage type").name,
                        as<std::string>(items[2], "a storage key"),
                        as<std::int64_t>(items[4], "a storage size")});
  }
  bool call() {
    const Value packed = pop();
    const auto& arguments = *as<Tuple>(packed, "arguments");
    const Value callee = pop();
    const std::string& name = as<Global>(callee, "a function").name;
    if (name == "collections OrderedDict") return push(std::make_shared<Dictionary::element_type>());
    if (name == "torch._utils _rebuild_tensor_v2") return push(rebuild_tensor(arguments));
    if (name == "torch._utils _rebuild_parameter" && !arguments.empty()) return push(arguments[0]);
    refuse("'" + name + "' is called, which no dictionary of tensors needs");
  }
  bool set_items(const std::vector<Value>& keys_and_values) {
    if (keys_and_values.size() % 2 != 0) refuse("a key has no value");
    if (stack_.empty()) refuse("the stack runs empty");
    const Dictionary& dictionary = as<Dictionary>(stack_.back(), "a dictionary");
    for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
      const auto& name = as<std::string>(keys_and_values[i], "a name");
      const auto* const tensor = std::get_if<PickledTensor>(&keys_and_values[i + 1].held);
      if (tensor) dictionary->emplace_back(name, *tensor);
    }
    return true;
  }

  std::span<const std::byte> program_;
  std::size_t next_ = 0;
  std::vector<Value> stack_;
  std::map<std::int64_t, Value> memo_;
};

}  // namespace

std::vector<std::pair<std::string, PickledTensor>> read_pickled_tensors(std::span<const std::byte> pickle) {
  return Machine(pickle).run();
}

}  // namespace headsweep::trainer
