# Merges Docker's configuration with the platform's. Perl, since every Debian has it before anything is installed.
#
#   perl merge-daemon-json.pl CURRENT OURS BEFORE [REGISTRY...]
#     CURRENT   the machine's daemon.json; may be missing
#     OURS      what the platform wants
#     BEFORE    what the platform wanted when it last wrote; may be missing
#     REGISTRY  spoken to over plain HTTP
#
# A key of ours is set where it is absent, equal, or what we wrote before; lists of registries and of labels are joined, and
# sizes of logs stay as they are. Everything else of CURRENT stays. Prints the merged text; the first line names the keys that
# changed. Exit: 0 merged, 3 with one sentence a conflict on stderr, 4 when CURRENT is no JSON.
use strict;
use warnings;

# Numbers, words and strings stay as they are written, as references to their text; only lists and objects are taken apart.
my $text;

sub wrong {
    print STDERR "/etc/docker/daemon.json is no JSON at character " . (pos($text) // 0) . "; Docker would not start with it\n";
    exit 4;
}

sub value {
    $text =~ /\G\s*/gc;
    if ($text =~ /\G\{/gc) {
        my %object;
        return \%object if $text =~ /\G\s*\}/gc;
        while (1) {
            $text =~ /\G\s*"((?:[^"\\]|\\.)*)"\s*:/gc or wrong();
            my $key = $1;
            $object{$key} = value();
            next if $text =~ /\G\s*,/gc;
            return \%object if $text =~ /\G\s*\}/gc;
            wrong();
        }
    }
    if ($text =~ /\G\[/gc) {
        my @list;
        return \@list if $text =~ /\G\s*\]/gc;
        while (1) {
            push @list, value();
            next if $text =~ /\G\s*,/gc;
            return \@list if $text =~ /\G\s*\]/gc;
            wrong();
        }
    }
    return \(my $scalar = $1) if $text =~ /\G("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/gc;
    wrong();
}

sub parse {
    $text = shift;
    pos($text) = 0;
    my $parsed = value();
    wrong() unless $text =~ /\G\s*\z/gc;
    return $parsed;
}

sub one_line {
    my $node = shift;
    return '{' . join(', ', map { "\"$_\": " . one_line($node->{$_}) } sort keys %$node) . '}' if ref $node eq 'HASH';
    return '[' . join(', ', map { one_line($_) } @$node) . ']' if ref $node eq 'ARRAY';
    return $$node;
}

sub slurp {
    my $path = shift;
    return '' unless -e $path;
    open my $file, '<', $path or die "$path: $!\n";
    local $/;
    return scalar(<$file>) // '';
}

sub object_of {
    my $content = slurp(shift);
    return {} if $content !~ /\S/;
    my $parsed = parse($content);
    wrong() unless ref $parsed eq 'HASH';
    return $parsed;
}

sub equal { return one_line($_[0]) eq one_line($_[1]) }

my ($current_path, $ours_path, $before_path, @registries) = @ARGV;
my $ours    = object_of($ours_path);
my $before  = object_of($before_path);
my $current = object_of($current_path);
$ours->{'insecure-registries'} = [map { \"\"$_\"" } @registries];

# Written whole by a version that kept no record of it: everything in it is ours.
if (!%$before && %$current) {
    my %known = (%$ours, 'insecure-registries' => $current->{'insecure-registries'} // []);
    $before = {%$current} if equal(\%known, $current);
}

my (@conflicts, @changed);
my %merged = %$current;

my %impossible = (
    'iptables'         => ['false',      'no container would be reached or reach anything'],
    'ip-forward'       => ['false',      'no container would be reached or reach anything'],
    'bridge'           => ['"none"',     'no container would reach anything'],
    'firewall-backend' => ['"nftables"', 'a swarm does not work with it'],
);
for my $key (sort keys %impossible) {
    my ($value, $reason) = @{ $impossible{$key} };
    push @conflicts, "\"$key\": $value cannot stay, since $reason"
        if exists $current->{$key} && one_line($current->{$key}) eq $value;
}
push @conflicts, "\"userns-remap\" cannot stay, since the stores' files belong to users of the host"
    if exists $current->{'userns-remap'} && one_line($current->{'userns-remap'}) ne '""';

sub joined_registries {
    my %gone = map { one_line($_) => 1 } @{ $before->{'insecure-registries'} // [] };
    my %seen;
    my @theirs = grep { !$gone{ one_line($_) } } @{ $current->{'insecure-registries'} // [] };
    return [grep { !$seen{ one_line($_) }++ } @theirs, @{ $ours->{'insecure-registries'} }];
}

sub joined_log_opts {
    my %theirs = %{ $current->{'log-opts'} // {} };
    my %was    = %{ $before->{'log-opts'}  // {} };
    for my $key (keys %{ $ours->{'log-opts'} }) {
        my $wanted = $ours->{'log-opts'}{$key};
        if (!exists $theirs{$key} || (exists $was{$key} && equal($was{$key}, $theirs{$key}))) {
            $theirs{$key} = $wanted;
        }
        elsif ($key eq 'labels') {
            my ($label) = ${$wanted} =~ /^"(.*)"$/;
            my ($has)   = ${ $theirs{$key} } =~ /^"(.*)"$/;
            $theirs{$key} = \"\"$has,$label\"" unless grep { $_ eq $label } split /,/, $has // '';
        }
    }
    return \%theirs;
}

for my $key (sort keys %$ours) {
    my $wanted = $ours->{$key};
    my $has    = $current->{$key};
    if ($key eq 'insecure-registries' || $key eq 'log-opts') {
        my $kind = ref $wanted;
        if (defined $has && ref $has ne $kind) {
            push @conflicts, "\"$key\" is " . one_line($has) . ', which Docker does not take';
            next;
        }
        $wanted = $key eq 'log-opts' ? joined_log_opts() : joined_registries();
        next if !defined $has && $kind eq 'ARRAY' && !@$wanted;
    }
    elsif (defined $has && !equal($has, $wanted) && !(exists $before->{$key} && equal($before->{$key}, $has))) {
        push @conflicts, "\"$key\" is " . one_line($has) . ', and the platform needs ' . one_line($wanted);
        next;
    }
    next if defined $has && equal($has, $wanted);
    $merged{$key} = $wanted;
    push @changed, $key;
}

if (@conflicts) {
    print STDERR "/etc/docker/daemon.json: $_\n" for @conflicts;
    exit 3;
}
print join(' ', @changed), "\n{\n";
print join(",\n", map { "  \"$_\": " . one_line($merged{$_}) } sort keys %merged), "\n}\n";
