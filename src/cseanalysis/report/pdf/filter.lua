-- From pandoc's document to typst: what pandoc's own writer leaves out and a tagged PDF needs.
-- Cross references, alternative text of charts and equations, tables, the opening block, breakable long words.

local LONG_WORD = 28      -- characters from which a word may be broken
local LONG_TABLE = 14     -- rows from which a table may run over pages,
local LONG_TEXT = 2200    -- and characters, where rows are few and tall

-- A string of typst. The sign that begins a label is coded, so that no text in a string is counted as a label.
local function string_of(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('<', '\\u{3c}'):gsub('\n', '\\n') .. '"'
end

local function quote(text) return string_of((text:gsub('%s+', ' '))) end

local function inline(code) return pandoc.RawInline('typst', code) end
local function block(code) return pandoc.RawBlock('typst', code) end
local function trim(text) return (text:gsub('^%s+', ''):gsub('%s+$', '')) end

local UNWRAPPED = pandoc.WriterOptions({wrap_text = 'wrap-none'})

local function blocks_as_typst(blocks)
  return trim(pandoc.write(pandoc.Pandoc(blocks), 'typst', UNWRAPPED))
end

-- Many pieces are written at once, a mark after each: to start the writer takes longer than to write.
local MARK = '\u{E000}'

local function each_as_typst(pieces)
  local blocks, out = pandoc.Blocks({}), pandoc.List()
  for _, piece in ipairs(pieces) do
    blocks:extend(piece)
    blocks:insert(block(MARK))
  end
  for text in blocks_as_typst(blocks):gmatch('(.-)' .. MARK) do out:insert(trim(text)) end
  return #out == #pieces and out or pandoc.List(pieces):map(blocks_as_typst)  -- a text may hold the mark
end

local function inlines_as_typst(inlines)
  return blocks_as_typst({pandoc.Plain(inlines)})
end

local function label(id)
  return id and id ~= '' and (' <' .. id .. '>') or ''
end

-- Equations ------------------------------------------------------------------------------------------------------

local function equation(math, id, words)
  local display = math.mathtype == 'DisplayMath'
  local body = inlines_as_typst({math}):gsub('^%$%s*', ''):gsub('%s*%$$', '')
  body = body:gsub('#h%(%-1em%)', '#h(-0.167em)')  -- TeX's \! is a thin negative space, not a whole em
  local numbering = display and not id and ', numbering: none' or ''
  local space = display and ' ' or ''
  return inline('#math.equation(block: ' .. tostring(display) .. numbering .. ', alt: ' .. quote(words or trim(math.text))
    .. ', $' .. space .. body .. space .. '$)' .. label(id))
end

local equations = dofile(pandoc.path.join({pandoc.path.directory(PANDOC_SCRIPT_FILE), '..', 'equations.lua'}))(equation)

-- Figures of the register: an id is a link to where the annexes print it, from the report across files.
local known, annexes = {}, false
local function linked(id)
  if not known[id] then return nil end
  return inline(annexes and ('#link(<%s>)[%s]'):format(id, id) or ('#link("annexes.pdf#%s")[%s]'):format(id, id))
end

-- Words ----------------------------------------------------------------------------------------------------------

local function breakable(text)
  if #text < LONG_WORD or text:match('[\128-\255]') then return nil end
  local spaced = text:gsub('([/_.?&=,;-])', '%1\u{200B}')
  return pandoc.Str((spaced:gsub('(%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w)', '%1\u{200B}')))
end

-- Signs that typst joins where pandoc lets them stand: a soft hyphen and an ellipsis. The last of them is escaped.
local JOINED = {'%-%?', '%.%.%.'}

local function ids(element)
  local out, position, text, found = pandoc.List(), 1, element.text, false
  for from, id, to in text:gmatch('()%f[%w](F%d%d%d+)%f[%W]()') do
    local link = linked(id)
    if link then
      found = true
      if from > position then out:insert(pandoc.Str(text:sub(position, from - 1))) end
      out:insert(link)
      position = to
    end
  end
  if not found then return nil end
  if position <= #text then out:insert(pandoc.Str(text:sub(position))) end
  return out
end

local function string_(element)
  local out, rest, split = pandoc.List(), element.text, false
  while true do
    local first, last
    for _, signs in ipairs(JOINED) do
      local from, to = rest:find(signs)
      if from and (not first or from < first) then first, last = from, to end
    end
    if not first then break end
    local before = rest:sub(1, last - 1)
    out:insert(breakable(before) or pandoc.Str(before))
    out:insert(inline('\\' .. rest:sub(last, last)))
    rest, split = rest:sub(last + 1), true
  end
  if not split then return breakable(element.text) end
  if rest ~= '' then out:insert(breakable(rest) or pandoc.Str(rest)) end
  return out
end

local function is_reference(id) return id:match('^fig:') or id:match('^tbl:') or id:match('^eq:') or id:match('^sec:') end

-- Code that holds what looks like a label.
local LABEL = '<%a+:'

local function code(element)
  if element.text:find(LABEL) then return inline('#raw(' .. string_of(element.text) .. ')') end
end

local function code_block(element)
  if not element.text:find(LABEL) then return nil end
  local lang = element.classes[1] and (', lang: ' .. quote(element.classes[1])) or ''
  return block('#raw(block: true' .. lang .. ', ' .. string_of(element.text) .. ')')
end

local function citation(cite)
  local out, references = pandoc.List(), 0
  for position, entry in ipairs(cite.citations) do
    if is_reference(entry.id) then
      references = references + 1
      if position > 1 then out:insert(pandoc.Str(position == #cite.citations and ' and ' or ', ')) end
      out:insert(inline('#ref(<' .. entry.id .. '>)'))
    end
  end
  if references == 0 then return nil end
  if references < #cite.citations then error('one pair of brackets holds sources and cross references; use two pairs') end
  return out
end

local front = false

-- Blocks ---------------------------------------------------------------------------------------------------------

local function chart(div)
  local given = div.attributes
  local place = front and 'none' or 'auto'  -- a page of its own order keeps its chart where it stands
  return block(('#figure(placement: ' .. place .. ', image(%s, width: %smm, alt: %s), caption: [%s])%s'):format(
    quote(given.file), given.width, quote(given.alt),
    inlines_as_typst(pandoc.utils.blocks_to_inlines(div.content)), label(div.identifier)))
end

local SIDES = {AlignRight = 'right', AlignCenter = 'center', AlignLeft = 'left', AlignDefault = 'left'}

local function rows_as_typst(rows)
  local contents, out, position = pandoc.List(), pandoc.List(), 1
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do contents:insert(cell.contents) end
  end
  local texts = each_as_typst(contents)
  for _, row in ipairs(rows) do
    local cells = pandoc.List()
    for _ in ipairs(row.cells) do
      cells:insert('[' .. texts[position] .. ']')
      position = position + 1
    end
    out:insert(table.concat(cells, ', '))
  end
  return out
end

local function as_table(element, id, widths)
  local sides, columns, rows = pandoc.List(), pandoc.List(), pandoc.List()
  for _, spec in ipairs(element.colspecs) do
    sides:insert(SIDES[tostring(spec[1])] or 'left')
    columns:insert('auto')
  end
  if widths and widths ~= '' then
    columns = pandoc.List()
    for share in widths:gmatch('[^,]+') do columns:insert(share .. 'fr') end
  end
  for _, row in ipairs(rows_as_typst(element.head.rows)) do rows:insert('table.header(' .. row .. ')') end
  local count, size = 0, 0
  for _, body in ipairs(element.bodies) do
    for _, row in ipairs(rows_as_typst(body.body)) do
      rows:insert(row)
      count, size = count + 1, size + #row
    end
  end
  local drawn = ('table(columns: (%s,), align: (%s,),\n  %s)'):format(
    table.concat(columns, ', '), table.concat(sides, ', '), table.concat(rows, ',\n  '))
  local caption = inlines_as_typst(pandoc.utils.blocks_to_inlines(element.caption.long))
  if caption == '' then return block('#' .. drawn) end
  return block(('#numbered-table(%s)[#figure(kind: table, caption: [%s], %s)%s]'):format(
    tostring(count > LONG_TABLE or size > LONG_TEXT), caption, drawn, label(id)))
end

local function division(div)
  if div.classes:includes('chart') then return chart(div) end
  if div.classes:includes('table') then
    return div.content:map(function(part)
      return part.t == 'Table' and as_table(part, div.identifier, div.attributes.widths) or part
    end)
  end
  if div.classes:includes('opening') then
    local said = div.content:filter(function(part) return part.t == 'Div' end)
    local texts = each_as_typst(said:map(function(part) return part.content end))
    local parts = pandoc.List()
    for n, part in ipairs(said) do
      parts:insert(('(%s, [\n%s\n])'):format(quote(part.attributes.part), texts[n]))
    end
    return block('#opening(' .. table.concat(parts, ', ') .. ')')
  end
  if div.classes:includes('note') then return block('#note[' .. blocks_as_typst(div.content) .. ']') end
  if div.classes:includes('entry') then
    local names, pieces, lines = pandoc.List(), pandoc.List({{}}), pandoc.List()
    for _, part in ipairs(div.content) do
      if part.t == 'DefinitionList' then
        for _, item in ipairs(part.content) do
          names:insert(quote(pandoc.utils.stringify(item[1])))
          pieces:insert(item[2][1])
        end
      else pieces[1] = {part} end
    end
    local code = pieces[1][1] and pandoc.utils.stringify(pieces[1][1]):match('%f[%w](F%d%d%d+)$')
    local texts = each_as_typst(pieces)
    for n, name in ipairs(names) do lines:insert(('(%s, [\n%s\n])'):format(name, texts[n + 1])) end
    local head = texts[1]
    if annexes and known[code] then  -- only headings are places that another file can link to
      head = ('#heading(level: 2, numbering: none, outlined: false, bookmarked: false)[%s] <%s>'):format(head, code)
    end
    return block(('#entry([%s], %s)'):format(head, table.concat(lines, ', ')))
  end
  return nil
end

local function image(element)
  error('image ' .. element.src .. ' in a Markdown cell: show it with chart(), which asks for alternative text')
end

-- A number is marked with whose it is, for the pages of the browser; in print it is text like what it stands between.
local function unmarked(inlines)
  local out, changed = pandoc.Inlines({}), false
  for _, element in ipairs(inlines) do
    if element.t == 'Span' and element.classes:includes('n') then
      out:extend(element.content)
      changed = true
    else
      out:insert(element)
    end
  end
  if not changed then return nil end
  local joined = pandoc.Inlines({})
  for _, element in ipairs(out) do
    local before = joined[#joined]
    if before and before.t == 'Str' and element.t == 'Str' then
      joined[#joined] = pandoc.Str(before.text .. element.text)
    else
      joined:insert(element)
    end
  end
  return joined
end

-- A chapter that is told to be unnumbered (the summary) keeps its headings without numbers.
local unnumbered = false
local raised = 0          -- levels by which the front matter's headings rise, so that the first is of level 1

local function header(element)
  if unnumbered then element.classes:insert('unnumbered') end
  element.level = math.max(1, element.level - raised)
  if element.level == 1 and not front then return {block('#chapter-break'), element} end
  return element
end

return {
  {Pandoc = function(document)
      unnumbered = document.meta.unnumbered ~= nil
      front = document.meta.front ~= nil
      annexes = document.meta.annexes ~= nil
      for id in pandoc.utils.stringify(document.meta.known or ''):gmatch('F%d+') do known[id] = true end
      if front then
        local top = 9
        document:walk({Header = function(element) top = math.min(top, element.level) end})
        raised = top == 9 and 0 or top - 1
      end
    end, Image = image, Inlines = unmarked},
  {traverse = 'topdown', Str = ids, Link = function(element) return element, false end},  -- no link in a link
  {Header = header, Para = equations, Plain = equations, Str = string_},
  {Cite = citation, Code = code, CodeBlock = code_block},
  {traverse = 'topdown', Div = function(div)
      local out = division(div)
      if out == nil then return nil end
      return out, false
    end,
    Table = function(element) return as_table(element), false end},
}
